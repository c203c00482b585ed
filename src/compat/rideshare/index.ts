/** Paths and shapes of the Rideshare Copilot app. */
import type { Route } from "../../platform/http/route.ts";
import { accountRoutes } from "./accounts/routes.ts";
import { settingsRoutes } from "./accounts/settings.ts";
import { calculatorRoutes } from "./calculator.ts";
import { legacy } from "./errors.ts";
import { postRoutes } from "./posts.ts";
import { uploadRoutes } from "./uploads.ts";

export const rideshareRoutes: readonly Route[] = [
  ...accountRoutes,
  ...settingsRoutes,
  ...[...postRoutes, ...uploadRoutes, ...calculatorRoutes].map(legacy),
];
