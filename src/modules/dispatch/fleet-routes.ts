/** Tariffs, trucks, clients' cars, prices and the weather: one list for the app. */
import type { Route } from "../../platform/http/route.ts";

export const fleetRoutes: readonly Route[] = [];
