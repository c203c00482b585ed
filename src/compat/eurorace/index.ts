/** Paths and shapes of the Eurorace app. */
import type { Route } from "../../platform/http/route.ts";
import { passwordRoutes } from "./accounts/passwords.ts";
import { registrationRoutes } from "./accounts/registration.ts";
import { sessionRoutes } from "./accounts/sessions.ts";
import { userRoutes } from "./accounts/user.ts";
import { rootRoute } from "./root.ts";

export const euroraceRoutes: readonly Route[] = [
  rootRoute,
  ...registrationRoutes,
  ...sessionRoutes,
  ...userRoutes,
  ...passwordRoutes,
];
