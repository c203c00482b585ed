/** What is told of the API beside its routes, and the order in which it is told. Read by the build of the documents only. */
import { documentation as alphabet } from "./compat/alphabet/documentation.ts";
import { documentation as eurorace } from "./compat/eurorace/documentation.ts";
import { documentation as rideshare } from "./compat/rideshare/documentation.ts";
import { documentation as admin } from "./modules/admin/documentation.ts";
import { documentation as chat } from "./modules/chat/documentation.ts";
import { documentation as dispatch } from "./modules/dispatch/documentation.ts";
import { documentation as earnings } from "./modules/earnings/documentation.ts";
import { documentation as events } from "./modules/events/documentation.ts";
import { documentation as identity } from "./modules/identity/documentation.ts";
import { documentation as notifications } from "./modules/notifications/documentation.ts";
import { documentation as rentals } from "./modules/rentals/documentation.ts";
import { documentation as social } from "./modules/social/documentation.ts";
import { documentation as support } from "./modules/support/documentation.ts";
import { documentation as tracking } from "./modules/tracking/documentation.ts";
import { documentation as webhooks } from "./modules/webhooks/documentation.ts";
import type { Documentation } from "./platform/http/documents/documentation.ts";
import type { TagGroups } from "./platform/http/documents/openapi.ts";
import { shared } from "./platform/http/documents/shared-texts.ts";

const tags: Documentation = {
  tags: {
    Accounts:
      "Sign-up, sign-in, tokens, devices, the account and its data. For new clients and the Tow Truck app.",
    "Second factor and passkeys":
      "Authenticator apps, recovery codes and passkeys: setting them up and signing in by them.",
    Realtime: "Tickets for sockets. The sockets themselves are at [/asyncapi/](/asyncapi/).",
    Files: "Uploads of files. Other operations take pictures in their own forms.",
    Notifications: "What a person was told, and which kinds they want to be told of by mail and push.",
    Chats:
      "Chats of two friends: starting, reading and searching. Messages are sent and received on the room `chat:<id>`.",
    Events: "Events, the people who take part, waiting lists and calendar feeds.",
    "Find Friend": "Profiles, friends, blocks and places of people.",
    "Find Friend accounts": "Sign-up, sign-in and passwords as the Find Friend app knows them.",
    "Find Friend notifications": "Notifications as the Find Friend app reads them.",
    Tracking: "Reports of positions and the tracks they make.",
    Tasks: "Tasks at places: progress, photos, arrival.",
    Orders: "Orders of tow trucks: placing, following, paying, rating, sharing.",
    Offers: "The search for a truck: drivers are offered orders and accept or refuse.",
    Fleet: "Tariffs, trucks, clients' vehicles, weather and prices.",
    Trucks: "What a driver says of the truck: duty and position.",
    Support: "Tickets and their messages.",
    Rentals: "Posts of cars for rent.",
    Earnings: "A driver's entries of income, commission and expenses.",
    "Documents of drivers": "Licences and insurances with their expiry dates.",
    Webhooks: "Endpoints that are told of events by signed requests, and the log of deliveries.",
    Admin: "The console's resources: lists, rows, actions, exports and figures. For operators and staff.",
    Operations: "Health of the service.",
    AlphaBet: "Paths of the AlphaBet app: accounts and events.",
    Eurorace: "Paths of the Eurorace app: accounts, location reports and tasks.",
    Rideshare: "Paths of the Rideshare app: accounts, car posts, calculator and documents.",
  },
};

const health: Documentation = {
  properties: { parts: ["Part → its state.", { database: "ok", storage: "ok" }] },
  operations: {
    "GET /health/": { description: "`degraded` with 503 when a part that is needed does not answer." },
  },
};

export const documentation: readonly Documentation[] = [
  tags,
  health,
  shared,
  alphabet,
  eurorace,
  rideshare,
  admin,
  chat,
  dispatch,
  earnings,
  events,
  identity,
  notifications,
  rentals,
  social,
  support,
  tracking,
  webhooks,
];

export const groups: TagGroups = [
  { name: "Accounts", tags: ["Accounts", "Second factor and passkeys", "API keys"] },
  { name: "Foundations", tags: ["Realtime", "Notifications", "Files"] },
  { name: "People and events", tags: ["Chats", "Events", "Find Friend"] },
  { name: "Tow trucks", tags: ["Orders", "Offers", "Fleet", "Trucks"] },
  { name: "Drivers", tags: ["Rentals", "Earnings", "Documents of drivers"] },
  { name: "Tracking", tags: ["Tracking", "Tasks"] },
  { name: "Support and operation", tags: ["Support", "Webhooks", "Admin", "Operations"] },
  {
    name: "Older apps",
    tags: ["AlphaBet", "Eurorace", "Find Friend accounts", "Find Friend notifications", "Rideshare"],
  },
];
