/** Every documented PATCH and PUT with the fields that it changes. A new such route needs a line here. */
import { unique } from "../../../harness/api.ts";
import { account, accountNames, driver, profile, settings, wholeProfile } from "./accounts.ts";
import { address, type Change, idIn, read } from "./change.ts";
import { order, orderStatus, tariff, truck, vehicle } from "./dispatch.ts";
import {
  alphaEvent,
  carPost,
  consoleRow,
  entry,
  eventDetails,
  paper,
  report,
  task,
  ticket,
  webhook,
} from "./records.ts";

/** The changes of routes that are mounted under two prefixes. */
export const rest = (prefix: string): Record<string, Change> => ({
  [`patch ${prefix}/calculator/{id}/`]: entry(`${prefix}/calculator/:id/`),
  [`put ${prefix}/carposts/{id}/`]: carPost(`${prefix}/carposts/:id/`),
  [`patch ${prefix}/carposts/{id}/`]: carPost(`${prefix}/carposts/:id/`),
  [`put ${prefix}/documents/{id}/`]: paper(`${prefix}/documents/:id/`),
  [`patch ${prefix}/documents/{id}/`]: paper(`${prefix}/documents/:id/`),
  [`put ${prefix}/location-reports/{id}/`]: {
    ...report(prefix),
    base: () => ({ location: { latitude: 1.5, longitude: 2.5 } }),
  },
  [`patch ${prefix}/location-reports/{id}/`]: report(prefix),
  [`put ${prefix}/tasks/{id}/`]: "whole",
  [`patch ${prefix}/tasks/{id}/`]: task(prefix),
  [`patch ${prefix}/tasks/{id}/update_status/`]: "single",
});

const USERS = "/api/v1/users";

/** Method and path as the documents have them. */
export const changes: Readonly<Record<string, Change>> = {
  ...rest("/api/v1"),
  ...rest("/api"),
  "patch /api/update-calculator-entry/{id}/": entry("/api/update-calculator-entry/:id"),
  "put /api/update-ridepost/{id}/": carPost("/api/update-ridepost/:id"),
  "put /api/v1/auth/profile/": account("/api/v1/auth/profile/", accountNames),
  "patch /api/v1/auth/profile/": account("/api/v1/auth/profile/", accountNames),
  "put /api/auth/user/": account("/api/auth/user/", accountNames),
  "patch /api/auth/user/": account("/api/auth/user/", accountNames),
  "put /api/user/{id}/": {
    make: async ({ id }) => `/api/user/${id}/`,
    fields: () => ({ username: unique("split"), email: address() }),
    seen: async (path, caller) => (await read(path, caller)).user,
  },
  "put /api/user/": driver("/api/user"),
  "put /api/user-update/": driver("/api/user-update", "/api/user"),
  "put /api/settings/": settings("/api/settings/"),
  "put /api/v1/settings/": settings("/api/v1/settings/"),
  [`put ${USERS}/me/`]: wholeProfile(() => `${USERS}/me/`),
  [`patch ${USERS}/me/`]: profile(() => `${USERS}/me/`),
  [`put ${USERS}/{id}/`]: wholeProfile(({ id }) => `${USERS}/${id}/`),
  [`patch ${USERS}/{id}/`]: profile(({ id }) => `${USERS}/${id}/`),
  [`put ${USERS}/me/geolocation/`]: "whole",
  "patch /api/v1/auth/passkeys/{id}/": "single",
  "patch /api/v1/notification/notification_settings/": "single",
  "put /api/v1/notifications/settings/": {
    make: async () => "/api/v1/notifications/settings/",
    fields: () => ({
      receive_notifications: false,
      kinds: { tasks: { push: false }, reminders: { email: false } },
      quiet_hours: { from: "22:00", to: "07:00" },
    }),
  },
  "put /api/v1/notification/{id}/": "single",
  "patch /api/v1/notification/{id}/": "single",
  "put /api/v1/support/tickets/{id}/": { ...ticket, base: () => ({ status: "RESOLVED" }) },
  "patch /api/v1/support/tickets/{id}/": ticket,
  "patch /api/v1/webhooks/endpoints/{id}/": webhook,
  "put /api/v1/vehicle-types/{id}/": "whole",
  "patch /api/v1/vehicle-types/{id}/": tariff,
  "put /api/v1/tow-trucks/{id}/": "whole",
  "patch /api/v1/tow-trucks/{id}/": truck,
  "put /api/v1/vehicles/{id}/": "whole",
  "patch /api/v1/vehicles/{id}/": vehicle,
  "put /api/v1/orders/{uuid}/": "whole",
  "patch /api/v1/orders/{uuid}/": order,
  "put /api/v1/orders/{uuid}/update-status/": orderStatus,
  "patch /api/v1/orders/{uuid}/update-status/": orderStatus,
  "patch /api/v1/orders/{uuid}/payments/{id}/": "single",
  "put /api/v1/events/{id}/": "whole",
  "patch /api/v1/events/{id}/": eventDetails,
  "put /api/event/{id}/": alphaEvent,
  "put /api/batch_events/": {
    ...alphaEvent,
    make: async (owner, caller) => `/api/batch_events/?${idIn(await alphaEvent.make(owner, caller))}`,
    body: (field, path) => [{ id: path.split("?")[1], ...field }],
    seen: async (path, caller) => (await read(`/api/event/${path.split("?")[1]}/`, caller)).event,
  },
  "put /api/admin/conversations/{id}/read/": "single",
  "put /api/admin/{resource}/{id}/files/{field}/": "single",
  "patch /api/admin/{resource}/{id}/": consoleRow,
};
