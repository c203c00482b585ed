/** Changed addresses and phones: the links that undo them, and who signs in. */
import { outboxOf, post, rows, unique } from "../../harness/api.ts";
import { stranger } from "../requests.ts";

/** A new e-mail address. */
export const newEmail = () => `${unique("new")}@example.com`.toLowerCase();
/** Presses the button of a mailed link's page; returns the answer. */
export const press = (link: string) => post(link, new URLSearchParams());

/** The path of the newest link of a kind that went to an address or phone. */
export async function linkTo(to: string, part: string): Promise<string> {
  const letter = (await outboxOf(to)).find(({ links }) => links[0]?.includes(part));
  return new URL(letter?.links[0] ?? "http://nowhere/").pathname;
}

/** The path of the newest link that undoes a change. */
export const undoLink = (to: string) => linkTo(to, "/account-undo/");

/** Returns the account's address, its verification and its phone. */
export const stateOf = async (id: number) =>
  (await rows("SELECT email, email_verified_at, phone FROM users WHERE id = ?", id))[0];

/** Whether this name signs in with the password. */
export const signsIn = async (name: string, password = "verysecret") =>
  (await post("/api/v1/auth/login/", { phone: name, password }, { headers: stranger() })).status === 200;
