// An event in AlphaBet's app: created, watched in both dialects, changed, resumed after a lost connection, and reminded of.
import assert from "node:assert/strict";
import ICAL from "ical.js";
import { ask, call, chapter, letters, open, openNative, stamp, strikeClock, tell, until } from "./kit.mjs";

export async function anEvent({ name, email, token, by }) {
  chapter("An event, live");
  const start = new Date(Date.now() + 20 * 60_000);
  const event = {
    name: `Evening ride ${stamp}`,
    starting_time: start.toISOString(),
    end_time: new Date(start.getTime() + 3600_000).toISOString(),
    location: "Old bridge",
    participants: [name, "driver1"],
  };
  const request = { body: event, by, headers: { "idempotency-key": `tour-${stamp}` } };
  const created = await call("POST", "/api/events/", request);
  assert.equal(created.status, 201);
  const { id } = created.body;
  assert.equal((await ask("POST", "/api/events/", request)).id, id);
  tell(`Created "${event.name}" with two participants; the repeated request created no second one.`);

  const watcher = await open(`/ws/events/${id}/`);
  const phone = await openNative(`/ws/events/${id}/?since=0`, token);
  const { epoch } = await phone.next((frame) => frame.t === "welcome");
  const first = await phone.entry();
  assert.equal(first.body.action, "created");
  tell(`Opened two sockets. The native one got the entry it had missed: ${first.body.text}`);

  await ask("PUT", `/api/event/${id}/`, { body: { location: "New bridge" }, by });
  assert.deepEqual(await watcher.next(), { message: `Event "${event.name}" has been updated.` });
  const { seq } = await phone.entry();
  tell("Moved it to the new bridge: both sockets got the change, each in its own dialect.");

  phone.send({ t: "say", ref: "hello", kind: "message", body: { text: "See you there" } });
  const ack = await phone.next((frame) => frame.t === "ack");
  assert.deepEqual(await watcher.next(), { message: "See you there" });
  tell(`Sent a message: acknowledged as entry ${ack.seq}, stored before anybody received it.`);

  phone.close();
  await ask("PUT", `/api/event/${id}/`, { body: { name: `${event.name}, with tea` }, by });
  const back = await openNative(`/ws/events/${id}/?epoch=${epoch}&since=${seq}`, token);
  assert.equal((await back.next((frame) => frame.t === "welcome")).recovered, true);
  const missed = [await back.entry(), await back.entry()];
  assert.deepEqual(
    missed.map((entry) => entry.seq),
    [seq + 1, seq + 2],
  );
  tell("Lost the connection, reconnected, and got exactly the missed entries, in order.");

  chapter("Letters and cron");
  await strikeClock();
  const subjects = await until(async () => {
    const found = (await letters(email)).map((each) => each.subject);
    return found.includes("Event Reminder") && found;
  });
  assert.equal(subjects.filter((subject) => subject === "Event Reminder").length, 1);
  tell(`Cron ran; letters so far: ${subjects.length}, among them one reminder.`);
  for (const subject of subjects) console.log(`       · ${subject}`);

  await theLetters(email, by);

  await ask("DELETE", `/api/event/${id}/`, { by });
  assert.equal(await back.closed, 4004);
  tell("Deleted the event: its sockets got a last notice, then closed with 4004.");
}

/** A calendar program reads the invitation; the link in a letter ends such letters, and only a POST does. */
async function theLetters(email, by) {
  const invited = (await letters(email)).find(({ attachments }) => attachments.length > 0);
  const calendar = new ICAL.Component(ICAL.parse(invited.attachments[0].content));
  const [entry] = calendar.getAllSubcomponents("vevent");
  assert.equal(calendar.getFirstPropertyValue("method"), "REQUEST");
  tell(`A calendar program reads the letter's invitation: ${entry.getFirstPropertyValue("summary")}.`);

  const path = new URL(/^<(\S+)>$/.exec(invited.headers["List-Unsubscribe"])[1]);
  const link = path.pathname + path.search;
  const settings = async () => ask("GET", "/api/v1/notifications/settings/", { by });
  const before = await settings();
  assert.equal((await call("GET", link)).status, 200);
  assert.deepEqual(await settings(), before);
  assert.equal((await call("POST", link)).status, 200);
  assert.notDeepEqual(await settings(), before);
  tell(
    "Its one-click link only shows a page when it is opened, and ended these letters when a mail program posted to it.",
  );
}
