/** Every list, and how many rows of the database one of its items consists of. */

export interface List {
  readonly as?: "client" | "staff";
  /** Where the path has parameters, or a filter is tried. */
  readonly path?: string;
  /** Rows that one item consists of, with its people, vehicles and indexes; 1 by default. */
  readonly each?: number;
  /** The list counts what matches: the caller's own rows, or a filter's. Those are read once more. */
  readonly counts?: true;
  /** Rows that may be read whatever the page shows, and why. */
  readonly also?: readonly [rows: number, why: string];
}

/** By the path of the API documents; a list that is not here fails. Several rows try several callers or filters. */
export const LISTS: Readonly<Record<string, List | readonly List[]>> = {
  "/api/v1/auth/sessions/": { each: 24 },
  "/api/v1/auth/api-keys/": { each: 1 },
  "/api/v1/auth/passkeys/": { each: 1 },
  "/api/v1/push/subscriptions/": { each: 2 },
  "/api/v1/webhooks/types/": { as: "staff", each: 0 },
  "/api/v1/webhooks/endpoints/": { as: "staff", each: 1 },
  "/api/v1/webhooks/endpoints/{id}/deliveries/": {
    as: "staff",
    path: "/api/v1/webhooks/endpoints/1/deliveries/",
    each: 1,
  },
  "/api/v1/chats/": { each: 10 },
  "/api/v1/chats/search/": {
    path: "/api/v1/chats/search/?search=text",
    also: [180_000, "a substring: all messages of the caller's chats are read"],
    counts: true,
  },
  "/api/v1/notifications/": { counts: true },
  "/api/v1/notification/": { each: 1 },
  "/api/v1/support/tickets/": [
    // With the files of their messages.
    { as: "staff", each: 25 },
    { as: "staff", path: "/api/v1/support/tickets/?assigned_to=1", each: 25, counts: true },
    { each: 25, counts: true },
  ],
  "/api/v1/support/tickets/{id}/messages/": {
    path: "/api/v1/support/tickets/000001f5-0000-4000-8000-0000000001f5/messages/",
    each: 4,
    counts: true,
  },
  "/api/v1/events/distances/": { each: 2 },
  "/api/v1/events/": [{ each: 10 }, { path: "/api/v1/events/?city=1", each: 10, counts: true }],
  "/api/v1/participation/": { each: 2 },
  "/api/v1/users/my_events/": { each: 4 },
  "/api/v1/users/distances/": { each: 6 },
  "/api/v1/users/": { each: 60 },
  "/api/v1/users/blacklist/": { each: 10 },
  "/api/v1/users/my_friends/": { each: 20 },
  "/api/v1/friends/": { each: 4 },
  "/api/v1/cities/": { each: 1 },
  "/api/v1/interests/": { each: 2 },
  "/api/v1/tow-trucks/": { each: 10, counts: true },
  "/api/v1/tow-trucks/{id}/track/": { as: "staff", path: "/api/v1/tow-trucks/1/track/", each: 2 },
  "/api/v1/vehicles/": [
    { as: "staff", each: 8 },
    { each: 4, counts: true },
  ],
  "/api/v1/orders/list/": [
    { as: "staff", each: 25 },
    { each: 25, counts: true },
    { as: "staff", path: "/api/v1/orders/list/?status=PENDING", each: 28, counts: true },
  ],
  "/api/v1/offers/": { each: 10, also: [30, "the driver's trucks"] },
  "/api/admin/orders/{uuid}/trucks/": {
    as: "staff",
    path: "/api/admin/orders/00000001-0000-4000-8000-000000000001/trucks/",
    each: 10,
    also: [10_000, "the fleet: its trucks are sorted by their distance"],
  },
  "/api/admin/conversations/": [
    { as: "staff", each: 25 },
    { as: "staff", path: "/api/admin/conversations/?view=mine", each: 20 },
    { as: "staff", path: "/api/admin/conversations/?view=unassigned", each: 20 },
    { as: "staff", path: "/api/admin/conversations/?view=closed", each: 20 },
    {
      as: "staff",
      path: "/api/admin/conversations/?view=all&search=nothing%20has%20this",
      each: 20,
      also: [800_000, "a substring: all tickets and messages are read"],
    },
  ],
  "/api/admin/conversations/{id}/messages/": {
    as: "staff",
    path: "/api/admin/conversations/000001f5-0000-4000-8000-0000000001f5/messages/",
    each: 6,
  },
  "/api/admin/conversations/colleagues/": {
    as: "staff",
    each: 10,
    also: [300, "the open conversations of each are counted, up to a thousand"],
  },
  "/api/admin/resources/": { as: "staff", each: 0 },
  "/api/events/": [{ each: 4 }, { path: "/api/events/?limit=40", each: 8 }],
  "/api/search_event/{location}/": {
    path: "/api/search_event/location%2077/",
    each: 4,
    also: [100_000, "a substring: the places of all events are read"],
  },
  "/api/get-carposts/{page}/": { path: "/api/get-carposts/1/", each: 3 },
  "/api/get-user-carposts/{page}/": { path: "/api/get-user-carposts/1/", each: 3, counts: true },
  "/api/get-calculator-entries/": { counts: true, each: 3 },
  "/api/get-recent-calculator-entries/": { each: 2 },
  "/api/v1/carposts/": [
    { each: 3 },
    { path: "/api/v1/carposts/?ordering=-created_at", each: 5 },
    { path: "/api/v1/carposts/?ordering=car_name", each: 5 },
    { path: "/api/v1/carposts/?fuel=fuel_key%2077", each: 5, counts: true },
    { path: "/api/v1/carposts/?min_price=50&max_price=60", each: 3, counts: true },
  ],
  "/api/v1/calculator/": { counts: true, each: 2 },
  "/api/v1/calculator/recent/": { each: 2 },
  "/api/v1/documents/": { counts: true, each: 5 },
  "/api/v1/location-reports/": [{ each: 3 }, { as: "staff", each: 3 }],
  "/api/v1/location-reports/latest/": { each: 1 },
  "/api/v1/tasks/": { each: 7 },
  "/api/v1/tasks/my_tasks/": { each: 7 },
  "/api/v1/tasks/completed/": {
    each: 10,
    also: [12_000, "tasks that were completed before the caller came are read, and left out"],
  },
};

/** What an unfiltered list of the console reads to count ahead, where no count is kept. */
export const COUNTED_AHEAD = 2_000;

/** Lists of the console that read more than their page, and why. */
export const CONSOLE: Readonly<Record<string, List>> = {
  "location-reports": { also: [250_000, "a view that unpacks the points of the last weeks"] },
  "request-log": {
    also: [20_000, "a view that unpacks a day's requests; one request is found by its index"],
  },
  "latest-locations": { also: [12_000, "a view of one row for each person"] },
};
