/** Paths and shapes of the AlphaBet app. */
import type { Route } from "../../platform/http/route.ts";
import { accountRoutes } from "./accounts.ts";
import { batchRoutes } from "./events/batch.ts";
import { eventRoutes } from "./events/routes.ts";

export { tokenObtain } from "./accounts.ts";

export const alphabetRoutes: readonly Route[] = [...accountRoutes, ...eventRoutes, ...batchRoutes];
