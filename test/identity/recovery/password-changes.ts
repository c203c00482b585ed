/** Every way to change the password of an existing account. */
import {
  type Answer,
  outboxOf,
  type Person,
  post,
  put,
  rows,
  staffMember,
  uniquePhone,
} from "../../harness/api.ts";
import { stranger } from "../requests.ts";

export type Way = (who: Person, chosen: string) => Promise<Answer>;

const headers = () => ({ ...stranger(), "accept-language": "en" });
const codeTo = async (to: string) => (await outboxOf(to)).find(({ codes }) => codes[0])?.codes[0];
const linkTo = async (to: string, part: string) =>
  new URL((await outboxOf(to)).find(({ links }) => links[0]?.includes(part))?.links[0] ?? "http://no/")
    .pathname;
const words = (phone: string, chosen: string) => ({
  phone,
  new_password: chosen,
  new_password_confirm: chosen,
});
const fields = (chosen: string) => new URLSearchParams({ new_password1: chosen, new_password2: chosen });

/** Gives an account a new phone and returns it. */
export async function phoned(id: number): Promise<string> {
  const phone = uniquePhone();
  await rows("UPDATE users SET phone = ? WHERE id = ?", phone, id);
  return phone;
}

/** Changes by a signed-in user. */
export const CHANGES: [string, Way][] = [
  [
    "POST /api/auth/password/change",
    ({ token, password }, chosen) =>
      post(
        "/api/auth/password/change/",
        { old_password: password, new_password1: chosen, new_password2: chosen },
        { token },
      ),
  ],
  [
    "POST /api/v1/users/set_password",
    ({ token, password }, chosen) =>
      post("/api/v1/users/set_password/", { current_password: password, new_password: chosen }, { token }),
  ],
  ...["/api/user", "/api/user-update"].map((path): [string, Way] => [
    `PUT ${path}`,
    ({ token }, chosen) => put(path, { password: chosen }, { token }),
  ]),
  ...["/api/settings", "/api/v1/settings"].map((path): [string, Way] => [
    `PUT ${path}`,
    ({ token, password }, chosen) =>
      put(`${path}/`, { password: chosen, current_password: password }, { token }),
  ]),
];

/** The temporary password that staff sets. */
export const TEMPORARY: [string, Way] = [
  "the console's temporary one",
  async ({ id }) =>
    post(`/api/admin/users/${id}/actions/temporary_password/`, {}, { token: (await staffMember()).token }),
];

/** Resets by a code or link sent to an address or a phone. */
export const RESETS: [string, Way][] = [
  [
    "POST /api/v1/users/reset_password/confirm",
    async ({ email }, chosen) => {
      await post("/api/v1/users/reset_password/", { email }, { headers: headers() });
      const body = { token: await codeTo(email), password: chosen };
      return post("/api/v1/users/reset_password/confirm/", body, { headers: headers() });
    },
  ],
  [
    "POST /api/auth/password/reset/confirm",
    async ({ email }, chosen) => {
      await post("/api/auth/password/reset/", { email }, { headers: headers() });
      const [, uid, token] =
        /confirm\/([0-9a-z]+)-(.+)$/.exec(await linkTo(email, "password_reset_confirm")) ?? [];
      const body = { uid, token, new_password1: chosen, new_password2: chosen };
      return post("/api/auth/password/reset/confirm/", body, { headers: headers() });
    },
  ],
  [
    "POST /password_reset_confirm",
    async ({ email }, chosen) => {
      await post("/api/auth/password/reset/", { email }, { headers: headers() });
      return post(await linkTo(email, "/password_reset_confirm/"), fields(chosen));
    },
  ],
  [
    "POST /api/v1/auth/password/reset/confirm",
    async ({ id }, chosen) => {
      const phone = await phoned(id);
      await post("/api/v1/auth/password/reset/", words(phone, "a third harbour"), { headers: headers() });
      const body = { ...words(phone, chosen), code: await codeTo(phone) };
      return post("/api/v1/auth/password/reset/confirm/", body, { headers: headers() });
    },
  ],
  [
    "POST /api/v1/auth/password/reset and its page",
    async ({ id }, chosen) => {
      const phone = await phoned(id);
      const asked = await post("/api/v1/auth/password/reset/", words(phone, chosen), { headers: headers() });
      if (asked.status !== 200) return asked;
      const form = new URLSearchParams({ code: (await codeTo(phone)) ?? "" });
      return post(await linkTo(phone, "/password_reset_phone/"), form, { headers: headers() });
    },
  ],
];
