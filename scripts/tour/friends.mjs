// Two people of Find Friend: they find each other, chat over a bad connection, meet at an event, and block each other.
import assert from "node:assert/strict";
import { ask, call, chapter, open, openNative, PASSWORD, stamp, tell } from "./kit.mjs";

const CITY = "Казань";
const INTEREST = "Велоспорт";

export async function friends() {
  chapter("Two friends");
  const anna = await join("Анна", "anna");
  const boris = await join("Борис", "boris");
  tell("Анна and Борис registered with Find Friend and got a key each.");

  const profile = { city: CITY, interests: [{ name: INTEREST }], birthday: "1995-05-05" };
  for (const { by } of [anna, boris]) await ask("PATCH", "/api/v1/users/me/", { body: profile, by });
  const where = new URLSearchParams({ city__name: CITY, interests: INTEREST });
  const { results } = await ask("GET", `/api/v1/users/?${where}`, { by: anna.by });
  assert.ok(results.some(({ id }) => id === boris.id));
  tell(`They filled in their profiles, and Анна found Борис in ${CITY} under ${INTEREST}.`);

  const me = await openNative("/ws/me/", boris.key);
  const request = await ask("POST", "/api/v1/friends/", { body: { to_user: boris.id }, by: anna.by });
  const { body: told } = await me.entry("notification");
  assert.equal(told.type, "FRIEND_REQUEST");
  await ask("POST", `/api/v1/friends/${request.id}/accept/`, { by: boris.by });
  const [friend] = await ask("GET", "/api/v1/users/my_friends/", { by: anna.by });
  assert.equal(friend.id, boris.id);
  tell(`Борис read on his own socket: "${told.message}" He accepted.`);

  const chat = await talk(anna, boris, me);
  await together(anna, boris, me);
  await part(anna, boris, me, chat);
}

async function join(firstName, nick) {
  const email = `${nick}-${stamp}@example.com`;
  const person = { first_name: firstName, last_name: "Турист", email, password: PASSWORD };
  await ask("POST", "/api/v1/users/", { body: person });
  const { auth_token: key } = await ask("POST", "/api/v1/auth/token/login/", {
    body: { email, password: PASSWORD },
  });
  const by = `Token ${key}`;
  const { id } = await ask("GET", "/api/v1/users/me/", { by });
  return { id, email, key, by };
}

/** A chat over a connection that breaks; returns with both connected. */
async function talk(anna, boris, me) {
  const { id } = await ask("POST", "/api/v1/chats/start/", { body: { email: boris.email }, by: anna.by });
  const again = await call("POST", "/api/v1/chats/start/", { body: { email: anna.email }, by: boris.by });
  assert.equal(again.status, 302);
  assert.equal(again.headers.get("location"), `/api/v1/chats/${id}/`);
  tell("Анна started a chat; Борис, who started it too, was redirected to the same one.");

  const path = `/ws/chat/${id}/`;
  const hers = await open(path, { headers: { authorization: anna.by } });
  const his = await openNative(path, boris.key);
  const { epoch } = await his.next((frame) => frame.t === "welcome");
  hers.send("Привет!");
  const { id: number, text } = await hers.next();
  const heard = await his.entry("message");
  assert.deepEqual([heard.seq, heard.by, heard.body.text], [number, anna.id, text]);
  his.send({ t: "say", ref: "b1", kind: "message", body: { text: "И тебе привет" } });
  const { seq } = await his.next((frame) => frame.t === "ack");
  assert.deepEqual(await fieldsOf(hers, "id", "sender", "text"), [seq, boris.id, "И тебе привет"]);
  tell("They chat: her socket uses raw text, his caravan.v1, and every message has one number.");

  const words = Array.from({ length: 12 }, (_, index) => `message ${index + 1}`);
  const received = [await his.entry("message")];
  for (const [index, word] of words.entries()) {
    hers.send(word);
    await hers.next((frame) => frame.text === word);
    if (index < 4) received.push(await his.entry("message"));
    if (index === 4) his.breakOff();
  }
  tell("His connection broke in the middle of twelve messages; hers was not affected.");

  const last = received.at(-1).seq;
  const back = await openNative(`${path}?epoch=${epoch}&since=${last}`, boris.key);
  assert.equal((await back.next((frame) => frame.t === "welcome")).recovered, true);
  while (received.at(-1).body.text !== words.at(-1)) received.push(await back.entry("message"));
  assert.deepEqual(
    received.map((entry) => entry.body.text),
    ["И тебе привет", ...words],
  );
  assert.ok(received.every((entry, index) => entry.seq === seq + index));
  tell("He reconnected with his epoch and position and got all twelve, each once and in order.");

  const room = `chat:${id}`;
  me.send({ t: "subscribe", ref: "s1", room, epoch, since: received.at(-1).seq });
  assert.equal((await me.next((frame) => frame.t === "subscribed")).recovered, true);
  hers.send("Покатаемся?");
  const direct = await back.entry("message");
  assert.deepEqual(await me.next((frame) => frame.room === room && frame.t === "entry"), { ...direct, room });
  tell(
    "He subscribed to the chat on his own socket, ws/me/: the same entry arrives there, with its room's name.",
  );
  return { path, room, hers, his: back };
}

/** An event that one of them creates and the other asks to join. */
async function together(anna, boris, me) {
  const start = new Date(Date.now() + 24 * 3600_000).toISOString();
  const plan = { name: `Заезд ${stamp}`, description: "Вокруг озера", event_type: "вело", start_date: start };
  const event = await ask("POST", "/api/v1/events/", { body: plan, by: anna.by });
  await ask("POST", "/api/v1/participation/", { body: { event: event.id }, by: boris.by });
  const [request] = await ask("GET", `/api/v1/participation/?event=${event.id}`, { by: anna.by });
  assert.deepEqual([request.from_user, request.status], [boris.id, "Pending"]);
  await ask("POST", `/api/v1/participation/${request.id}/accept/`, { by: anna.by });
  const { members } = await ask("GET", `/api/v1/events/${event.id}/`);
  assert.deepEqual(members.map(({ id }) => id).sort(), [anna.id, boris.id].sort());
  const { body } = await me.next((frame) => frame.body?.about === `event:${event.id}`);
  tell(`Анна created an event, Борис asked to take part, she accepted: "${body.message}"`);
}

async function part(anna, boris, me, { path, room, hers, his }) {
  await ask("POST", `/api/v1/users/${boris.id}/block/`, { by: anna.by });
  assert.deepEqual(await Promise.all([hers.closed, his.closed]), [4003, 4003]);
  const { code } = await me.next((frame) => frame.t === "unsubscribed" && frame.room === room);
  assert.equal(code, 4003);
  await assert.rejects(openNative(path, boris.key), { status: 403 });
  tell(
    "Анна blocked Борис: the chat's sockets closed with 4003, his subscription ended, and neither can reconnect.",
  );

  for (const { by } of [anna, boris])
    assert.equal((await call("DELETE", "/api/v1/users/me/", { by })).status, 204);
  assert.equal(await me.closed, 4001);
  tell("Both deleted their accounts; his last socket closed with 4001.");
}

async function fieldsOf(socket, ...names) {
  const frame = await socket.next();
  return names.map((name) => frame[name]);
}
