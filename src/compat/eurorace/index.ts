/** The Eurorace app's paths and shapes. */
import type { Route } from "../../platform/http/route.ts";
import { accountRoutes } from "./accounts.ts";
import { rootRoute } from "./root.ts";

export const euroraceRoutes: readonly Route[] = [rootRoute, ...accountRoutes];
