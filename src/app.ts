/** The list of all mounted routes. The order of checks on a request is in `platform/http/mount.ts`. */
import { alphabetRoutes } from "./compat/alphabet/index.ts";
import { euroraceRoutes } from "./compat/eurorace/index.ts";
import { rideshareRoutes } from "./compat/rideshare/index.ts";
import { consoleRoutes } from "./console-page.tsx";
import { developmentRoutes } from "./development.tsx";
import { templates } from "./jobs.ts";
import { withKeyScope } from "./key-scopes.ts";
import { missingDocumentation } from "./missing-documentation.ts";
import { adminRoutes, exportGroups, exportSavedViews, letterRoute } from "./modules/admin/index.ts";
import { chatAuthorizer, chatRoutes, exportChats } from "./modules/chat/index.ts";
import {
  dispatchAuthorizers,
  dispatchRoutes,
  exportFleet,
  exportOrders,
  sharedPages,
} from "./modules/dispatch/index.ts";
import { documentRoutes, exportDocuments } from "./modules/documents/index.ts";
import { earningsRoutes, exportEarnings } from "./modules/earnings/index.ts";
import { eventAuthorizer, eventPages, eventRoutes, exportEvents } from "./modules/events/index.ts";
import { exportFiles, fileRoutes } from "./modules/files/index.ts";
import {
  accountRoutes,
  apiKeyRoutes,
  authenticate,
  exportAccount,
  exportRoute,
  factorRoutes,
  findFriendRoutes,
  linkRoutes,
  passkeyRoutes,
  phoneResetRoutes,
  sessionRoutes,
  signedCaller,
} from "./modules/identity/index.ts";
import {
  exportNotifications,
  letterPages,
  meAuthorizer,
  notificationRoutes,
} from "./modules/notifications/index.ts";
import { exportPosts, rentalRoutes } from "./modules/rentals/index.ts";
import { exportSocial, socialRoutes } from "./modules/social/index.ts";
import { exportSupport, supportRoutes, ticketAuthorizer } from "./modules/support/index.ts";
import { tileRoutes } from "./modules/tiles/index.ts";
import { exportTracking, trackingAuthorizers, trackingRoutes } from "./modules/tracking/index.ts";
import { exportWebhooks, webhookRoutes } from "./modules/webhooks/index.ts";
import { apiDocumentRoutes } from "./platform/http/documents/document-routes.tsx";
import { healthRoute } from "./platform/http/health-route.ts";
import { createApp } from "./platform/http/mount.ts";
import { rootRoute } from "./platform/http/root-route.ts";
import { alsoUnder, type Route } from "./platform/http/route.ts";
import type { RoomAuthorizer } from "./platform/realtime/handshake/authorizer.ts";
import { socketRoute } from "./platform/realtime/handshake/socket-route.ts";
import { ticketRoute } from "./platform/realtime/handshake/ticket-route.ts";
import type { Runtime } from "./platform/runtime.ts";
import { mediaRoute } from "./platform/storage/serve.ts";
import { startRoute } from "./start.tsx";

/** Authorizers of all rooms to which a socket can be opened. */
export const authorizers: readonly RoomAuthorizer[] = [
  eventAuthorizer,
  chatAuthorizer,
  meAuthorizer,
  ...trackingAuthorizers,
  ...dispatchAuthorizers,
  ticketAuthorizer,
];

/** Posts, earnings and documents of drivers: under `/api/v1/` and, as the Rideshare app documents them, under `/api/`. */
const driverRoutes: readonly Route[] = [...rentalRoutes, ...earningsRoutes, ...documentRoutes];

const documented: readonly Route[] = [
  ...accountRoutes,
  ...sessionRoutes,
  ...factorRoutes,
  ...passkeyRoutes,
  ...apiKeyRoutes,
  ...phoneResetRoutes,
  ...findFriendRoutes,
  exportRoute([
    exportAccount,
    exportEvents,
    exportEarnings,
    exportFiles,
    exportPosts,
    exportChats,
    exportFleet,
    exportOrders,
    exportDocuments,
    exportNotifications,
    exportSupport,
    exportSocial,
    exportTracking,
    exportWebhooks,
    exportSavedViews,
    exportGroups,
  ]),
  ticketRoute(authorizers),
  ...chatRoutes,
  ...fileRoutes,
  ...notificationRoutes,
  ...supportRoutes,
  ...eventRoutes,
  ...socialRoutes,
  ...dispatchRoutes,
  letterRoute(templates),
  ...adminRoutes,
  ...alphabetRoutes,
  ...euroraceRoutes,
  ...rideshareRoutes,
  ...driverRoutes,
  ...alsoUnder("/api", driverRoutes, "Rideshare"),
  ...trackingRoutes,
  ...webhookRoutes,
  ...alsoUnder("/api", trackingRoutes, "Eurorace"),
  rootRoute,
  healthRoute,
];

/** Documented routes, each with what an API key needs for it. */
export const routes: readonly Route[] = documented.map(withKeyScope);

/** Pages for browsers. */
const pages: readonly Route[] = [
  startRoute,
  ...consoleRoutes,
  ...sharedPages,
  ...linkRoutes,
  ...eventPages,
  ...letterPages,
  ...apiDocumentRoutes(),
  missingDocumentation,
];

export function appFor(runtime: Runtime) {
  let app = apps.get(runtime);
  if (!app) {
    app = createApp({
      runtime,
      authenticate,
      routes: [...routes, ...pages, ...developmentRoutes(runtime)],
      sockets: [
        ...authorizers.map((authorizer) => socketRoute(authorizer, { authenticate, signedCaller })),
        mediaRoute,
        ...tileRoutes,
      ],
    });
    apps.set(runtime, app);
  }
  return app;
}
const apps = new WeakMap<Runtime, ReturnType<typeof createApp>>();
