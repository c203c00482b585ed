/** The form door of uploads. */
import type { Route } from "../../platform/http/route.ts";

export declare const fileRoutes: readonly Route[];
