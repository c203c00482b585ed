/** The Rideshare Copilot app's paths and shapes. */
import type { Route } from "../../platform/http/route.ts";
import { accountRoutes } from "./accounts.ts";
import { calculatorRoutes } from "./calculator.ts";

export const rideshareRoutes: readonly Route[] = [...accountRoutes, ...calculatorRoutes];
