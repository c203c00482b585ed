/** The Rideshare Copilot app's paths and shapes. */
import type { Route } from "../../platform/http/route.ts";
import { accountRoutes } from "./accounts.ts";
import { calculatorRoutes } from "./calculator.ts";
import { postRoutes } from "./posts.ts";
import { uploadRoutes } from "./uploads.ts";
import { flat } from "./wording.ts";

export const rideshareRoutes: readonly Route[] = [
  ...accountRoutes,
  ...[...postRoutes, ...uploadRoutes, ...calculatorRoutes].map(flat),
];
