/** Eurorace's own-account routes: read and change it. */

import { username } from "../../../modules/identity/index.ts";
import { email, string } from "../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { z } from "../../../platform/zod.ts";
import { applyChange, challenge, EuroraceUser, ownUser, tag, toUserWire } from "./shared.ts";

const userPath = "/api/auth/user";

const readUser = route({
  method: "get",
  path: userPath,
  tag,
  summary: "Read your account",
  access: "signedIn",
  challenge,
  responses: { 200: EuroraceUser },
  handle: async ({ ctx, caller }) => respond(200, toUserWire(await ownUser(ctx, caller))),
});

/** A new address is applied at once and must be confirmed. PUT is partial like PATCH, because the documented body has no username. */
const changeUser = (method: "put" | "patch") =>
  route({
    method,
    path: userPath,
    tag,
    summary: "Change your account",
    access: "signedIn",
    challenge,
    body: z
      .object({
        username: username().optional(),
        email: email().optional(),
        first_name: string({ max: 150, blank: true }).optional(),
        last_name: string({ max: 150, blank: true }).optional(),
      })
      .openapi("EuroraceUserChange"),
    responses: { 200: EuroraceUser },
    async handle({ ctx, caller, body }) {
      const { first_name: firstName, last_name: lastName, ...names } = body;
      return respond(200, toUserWire(await applyChange(ctx, caller, { ...names, firstName, lastName })));
    },
  });

export const userRoutes: readonly Route[] = [readUser, changeUser("put"), changeUser("patch")];
