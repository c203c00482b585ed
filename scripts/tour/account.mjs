// One account for every app: registered in one, used in the others, and deleted completely.
import assert from "node:assert/strict";
import { ask, call, chapter, letters, origin, PASSWORD, stamp, tell } from "./kit.mjs";

/** Registers the person of the whole tour, and returns their credentials. */
export async function arrive() {
  chapter("One account for every app");
  const name = `tourist-${stamp}`;
  const email = `${name}@example.com`;
  const form = { username: name, email, password1: PASSWORD, password2: PASSWORD };
  const registered = await call("POST", "/api/auth/registration/", { body: form });
  assert.equal(registered.status, 201);
  tell(`Registered ${name} with Eurorace; its key works at once.`);

  const [letter] = await letters(email);
  assert.match(letter.subject, /Confirm/);
  assert.equal((await fetch(letter.links[0])).status, 200);
  tell("Read the letter in the outbox and followed its link: the address is confirmed.");

  const { access } = await ask("POST", "/api/auth/signin/", { body: { username: name, password: PASSWORD } });
  tell("Signed the same person in to AlphaBet.");

  const sample = { phone: "+79001234567", password: "password123" };
  const { user } = await ask("POST", "/api/v1/auth/login/", { body: sample });
  tell(`Signed the sample client in by phone to Tow Truck: ${user.first_name}, ${user.user_type_label}.`);
  return { name, email, token: access, by: `Bearer ${access}` };
}

export async function leave({ name, by }) {
  chapter("Leaving");
  const devices = await ask("GET", "/api/v1/auth/sessions/", { by });
  tell(`${name} is signed in on ${devices.length} devices.`);

  const wrong = await call("POST", "/api/auth/signin/", { body: { username: name, password: "wrong" } });
  assert.equal(wrong.status, 401);
  const answer = await fetch(`${origin}/api/v1/users/me/export/`, { headers: { authorization: by } });
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), new RegExp(name));
  tell("A wrong password was refused; with the right one the account's data was exported.");

  assert.equal((await call("DELETE", "/api/v1/auth/profile/", { by })).status, 204);
  assert.equal((await call("GET", "/api/v1/auth/sessions/", { by })).status, 401);
  tell("Deleted the account: its tokens are refused.");
}
