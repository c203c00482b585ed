/** The consent to be located has a beginning, whatever route or script writes it, and none once it is withdrawn. */
import { describe, expect, test } from "vitest";
import { patch, post, put, rows, staffMember } from "../harness/api.ts";
import { ME, type Member, member } from "./social.ts";

const since = async ({ id }: Member) =>
  (
    await rows<{ at: number | null }>(
      "SELECT geoip_allowed_at AS at FROM social_profiles WHERE user_id = ?",
      id,
    )
  )[0]?.at ?? null;

const names = { first_name: "Иван", last_name: "Петров" };
const asStaff = async () => ({ token: (await staffMember()).token, headers: { "if-match": "*" } });

/** The ways to write the consent, by name. */
const WRITERS: Readonly<Record<string, (who: Member, allowed: boolean) => Promise<unknown>>> = {
  "a PATCH": ({ key }, allowed) => patch(ME, { is_geoip_allowed: allowed }, { key }),
  "a PUT": ({ key, email }, allowed) => put(ME, { ...names, email, is_geoip_allowed: allowed }, { key }),
  "a form": ({ key, email }, allowed) =>
    put(ME, new URLSearchParams({ ...names, email, ...(allowed ? { is_geoip_allowed: "true" } : {}) }), {
      key,
    }),
  "the console": async ({ id }, allowed) =>
    patch(`/api/admin/profiles/${id}/`, { is_geoip_allowed: allowed }, await asStaff()),
  "a script": ({ id }, allowed) =>
    rows("UPDATE social_profiles SET is_geoip_allowed = ? WHERE user_id = ?", allowed ? 1 : 0, id),
};

describe.each(Object.entries(WRITERS))("by %s", (_, write) => {
  test("Consent begins when it is given, is unchanged when given again, and begins anew after a withdrawal.", async () => {
    const who = await member({}, { profession: "Врач" });
    expect(await since(who)).toBeNull();
    const before = Date.now();
    await write(who, true);
    const first = await since(who);
    expect(first).toBeGreaterThanOrEqual(before);
    expect(first).toBeLessThanOrEqual(Date.now());
    await new Promise((resolve) => setTimeout(resolve, 3));
    await write(who, true);
    await patch(ME, { purpose: "Друзья" }, { key: who.key });
    expect(await since(who)).toBe(first);
    await write(who, false);
    expect(await since(who)).toBeNull();
    await write(who, true);
    expect(await since(who)).toBeGreaterThan(first ?? 0);
  });
});

test("A profile that the console makes with consent has a beginning of consent.", async () => {
  const who = await member();
  await rows("DELETE FROM social_profiles WHERE user_id = ?", who.id);
  const { status } = await post(
    "/api/admin/profiles/",
    { user: who.id, is_geoip_allowed: true },
    await asStaff(),
  );
  expect(status).toBe(201);
  expect(await since(who)).toBeGreaterThan(0);
});
