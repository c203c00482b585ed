/** `/api/admin/users/…`: roles, rights and blocking, each change with its row in the audit log. */
import { z } from "@hono/zod-openapi";
import { auditEntry } from "../../platform/db/audit.ts";
import { invalid, notFound } from "../../platform/http/errors.ts";
import { boolean } from "../../platform/http/fields.ts";
import { type Route, reply, route } from "../../platform/http/route.ts";
import { text } from "../../platform/http/text.ts";
import type { Scope } from "../../platform/runtime.ts";
import { Account, findUser, idParam, setStanding, toAccountWire, type User } from "../identity/index.ts";

const tag = "Admin";
const path = "/api/admin/users/:id";

const AdminAccount = Account.extend({ is_staff: z.boolean(), is_active: z.boolean() }).openapi(
  "AdminAccount",
);

const Standing = z
  .object({
    is_active: boolean().optional(),
    is_staff: boolean().optional(),
    is_verified: boolean().optional(),
    user_type: z.enum(["CLIENT", "DRIVER", "OPERATOR"]).optional(),
  })
  .openapi("Standing");

const OWN_RIGHTS = text("You can't take your own rights away.", "Нельзя лишить прав самого себя.");

function toAdminWire(scope: Scope, user: User): z.input<typeof AdminAccount> {
  return { ...toAccountWire(scope, user, null), is_staff: user.isStaff, is_active: user.isActive };
}

/** What the audit log keeps of an account: never its hash. */
function standingOf({ isActive, isStaff, isVerified, userType }: User) {
  return { is_active: isActive, is_staff: isStaff, is_verified: isVerified, user_type: userType };
}

const read = route({
  method: "get",
  path,
  tag,
  summary: "Read an account's standing",
  access: "staff",
  params: idParam,
  answers: { 200: AdminAccount },
  async handle({ scope, params }) {
    const user = await findUser(scope, params.id);
    if (!user) throw notFound();
    return reply(200, toAdminWire(scope, user));
  },
});

const change = route({
  method: "patch",
  path,
  tag,
  summary: "Block, verify or give a role",
  description: "Whoever is blocked or loses rights is signed out everywhere, sockets included.",
  access: "staff",
  params: idParam,
  body: Standing,
  answers: { 200: AdminAccount },
  async handle({ scope, caller, params, body }) {
    if (params.id === caller.userId && (body.is_active === false || body.is_staff === false)) {
      throw invalid({ non_field_errors: OWN_RIGHTS });
    }
    const standing = {
      isActive: body.is_active,
      isStaff: body.is_staff,
      isVerified: body.is_verified,
      userType: body.user_type,
    };
    const user = await setStanding(scope, params.id, standing, (before) => [
      auditEntry(scope, caller, {
        action: "user.standing",
        subject: `user:${params.id}`,
        before: standingOf(before),
        after: { ...standingOf(before), ...body },
      }),
    ]);
    if (!user) throw notFound();
    return reply(200, toAdminWire(scope, user));
  },
});

export const adminRoutes: readonly Route[] = [read, change];
