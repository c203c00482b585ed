/** The AlphaBet app's paths and shapes. */
import type { Route } from "../../platform/http/route.ts";
import { accountRoutes } from "./accounts.ts";
import { eventRoutes } from "./events.ts";

export { tokenObtain } from "./accounts.ts";

export const alphabetRoutes: readonly Route[] = [...accountRoutes, ...eventRoutes];
