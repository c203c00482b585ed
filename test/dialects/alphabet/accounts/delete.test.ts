/** `DELETE user/{id}`: who may delete whom, and what is deleted with an account. */
import { expect, test } from "vitest";
import { del, get, outboxOf, person, post, rows, staffMember } from "../../../harness/api.ts";
import { makeEvent } from "../world.ts";

const forms = (id: number) => [`/api/user/${id}/`, `/api/user/${id}`];

async function exists(id: number): Promise<boolean> {
  return (await rows("SELECT id FROM users WHERE id = ?", id)).length > 0;
}

test.each([0, 1])(
  "Deleting your account returns the message and leaves nothing of it (%#).",
  async (form) => {
    const ann = await person();
    const path = forms(ann.id)[form] ?? "";
    const { status, body } = await del(path, undefined, { token: ann.token });
    expect(status).toBe(200);
    expect(body).toEqual({ message: "User deleted successfully" });
    expect(await exists(ann.id)).toBe(false);
    expect(await rows("SELECT id FROM sessions WHERE user_id = ?", ann.id)).toEqual([]);
    expect(await outboxOf(ann.email)).toEqual([]);
    const again = await del(path, undefined, { token: ann.token });
    expect(again.status).toBe(401);
    expect(again.body).toEqual({ detail: "User not found", code: "user_not_found" });
    const signIn = await post("/api/auth/signin/", { username: ann.username, password: ann.password });
    expect(signIn.body).toEqual({ status: "error", message: "Invalid Username" });
  },
);

test("Deleting another account is a 403 with a message, and it stays.", async () => {
  const [ann, bob] = [await person(), await person()];
  for (const path of forms(bob.id)) {
    const answer = await del(path, undefined, { token: ann.token });
    expect(answer.status).toBe(403);
    expect(answer.body.message).toBe("You do not have permission to perform this action.");
  }
  expect(await exists(bob.id)).toBe(true);
  expect((await get(`/api/user/${bob.id}/`, { token: bob.token })).status).toBe(200);
});

test("Staff may delete an account, which is audited; a repetition is a 404.", async () => {
  const [ann, staff] = [await person(), await staffMember()];
  expect((await del(`/api/user/${ann.id}/`, undefined, { token: staff.token })).status).toBe(200);
  const again = await del(`/api/user/${ann.id}/`, undefined, { token: staff.token });
  expect(again).toMatchObject({ status: 404, body: { message: "No user found" } });
  const audited = await rows("SELECT action FROM audit_log WHERE subject = ?", `user:${ann.id}`);
  expect(audited).toEqual([{ action: "user.delete" }]);
});

test("A request body of DELETE and GET is ignored.", async () => {
  const [ann, bob] = [await person(), await person()];
  const { status } = await del(`/api/user/${ann.id}/`, { id: bob.id }, { token: ann.token });
  expect(status).toBe(200);
  expect(await exists(bob.id)).toBe(true);
});

test("Deleting an account keeps the events that the person took part in, without the person.", async () => {
  const [ann, bob] = [await person(), await person()];
  const { id } = await makeEvent(ann, { name: "Stays", participants: [bob.username] });
  await del(`/api/user/${bob.id}/`, undefined, { token: bob.token });
  const { body } = await get(`/api/event/${id}/`, { token: ann.token });
  expect(body.event).toMatchObject({ name: "Stays", participants: [] });
});
