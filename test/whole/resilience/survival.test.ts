/** A server that is asked to stop, and one that is killed in the middle of writes: acknowledged data survives. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client, eventDraft, type Letter, type Socket, unique } from "../client.ts";
import { Server, until } from "../server.ts";

let server: Server;
let client: Client;
/** A person with an event and a socket in its room, from before the first stop. */
let owner: Client;
let ownerName: string;
let event: string;
let socket: Socket;
let epoch: string;

beforeAll(async () => {
  server = await Server.start();
  client = new Client(server.origin);
  ownerName = unique("owner");
  owner = client.as(await client.signUp(ownerName));
  event = (await owner.post("/api/events/", eventDraft([ownerName]))).body.id;
  socket = await owner.open(event);
  ({ epoch } = await socket.next(({ t }) => t === "welcome"));
  socket.send(say("before the stop"));
  await socket.next(({ t }) => t === "ack");
});
afterAll(() => server?.remove());

function say(ref: string) {
  return { t: "say", ref, kind: "message", body: { text: ref } };
}

describe("a server that is asked to stop", () => {
  test("A server asked to stop ends with code 0, closes its sockets and leaves no process behind.", async () => {
    expect(server.left().length).toBeGreaterThan(1);
    expect(await server.stop()).toBe(0);
    expect(await socket.closed).toBeGreaterThanOrEqual(1000);
    await until(() => server.left().length === 0, `these live on: ${server.left().join("\n")}`, 5000);
  });

  test("A restarted server has all its data, and the samples are not loaded twice.", async () => {
    await server.start();
    expect((await owner.get("/api/v1/auth/sessions/")).body).toHaveLength(1);
    const password = "verysecret";
    const again = await client.post("/api/auth/signin/", { username: ownerName, password });
    expect(again.status).toBe(200);
    const { events } = (await owner.get("/api/events/")).body;
    expect(events.map(({ location }: { location: string }) => location)).toEqual([
      "Riverside park",
      "Old bridge",
    ]);
    const subjects = (await client.letters(`${ownerName}@example.com`)).map(({ subject }) => subject);
    expect(subjects).toEqual([
      expect.stringMatching(/^Notification for Event/),
      expect.stringMatching(/Confirm/),
    ]);
  });

  test("A restarted server continues its rooms: same epoch, next position, and the missed entry for a resuming client.", async () => {
    await owner.call("PUT", `/api/event/${event}/`, { location: "New bridge" });
    const back = await owner.open(event, `?epoch=${epoch}&since=2`);
    expect(await back.next()).toMatchObject({ t: "welcome", epoch, seq: 3, recovered: true });
    expect(await back.next()).toMatchObject({ t: "entry", seq: 3, body: { action: "updated" } });
    back.close();
  });
});

describe("a server that is killed in the middle of many writes", () => {
  /** What was acknowledged before the kill. */
  const accounts: { name: string; token: string }[] = [];
  const rides: { id: string; name: string }[] = [];
  const said = new Map<string, number>();
  const guests = [unique("guest"), unique("guest")];
  let left: string[] = [];
  let unsent = 0;

  beforeAll(async () => {
    for (const guest of guests) await client.signUp(guest);
    const talk = await owner.open(event);
    const enough = async () =>
      Math.min(accounts.length / 8, rides.length / 25, said.size / 25) >= 1 &&
      (await client.letters()).some(({ status }) => status !== "sent");
    const streams = [signUps(), signUps(), createEvents(), createEvents(), speak(talk)];
    const over = Promise.allSettled(streams);
    await Promise.race([until(enough, "the writes are too slow", 60_000), ...streams]);
    await server.kill();
    await over;
    left = server.left();
    const counted = server.sql("SELECT count(*) AS n FROM outbox WHERE status = 'pending' AND kind = 'mail'");
    unsent = Number(counted[0]?.n);
    // A minute passes: what was handed to the queue that died is overdue, and what a dead consumer held is free.
    server.sql(
      "UPDATE outbox SET next_attempt_at = next_attempt_at - 60000, leased_until = leased_until - 60000",
    );
    await server.start();
  });

  async function signUps(): Promise<void> {
    for (;;) {
      const name = unique("rider");
      accounts.push({ name, token: await client.signUp(name) });
    }
  }

  async function createEvents(): Promise<void> {
    for (;;) {
      const draft = eventDraft(guests);
      const { status, body } = await owner.post("/api/events/", draft);
      expect(status).toBe(201);
      rides.push({ id: body.id, name: draft.name });
    }
  }

  /** One after the other, below the limit of frames a second. */
  async function speak(talk: Socket): Promise<void> {
    for (;;) {
      const ref = unique("word");
      talk.send(say(ref));
      const ack = await talk.next(({ t }) => t === "ack");
      said.set(ack.ref, ack.seq);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  async function lettersToGuest(guest: string): Promise<Letter[]> {
    const letters = await client.letters(`${guest}@example.com`);
    return letters.filter(({ subject }) => subject.endsWith("- Created"));
  }

  test("A killed server leaves no process behind.", () => {
    expect(left).toEqual([]);
  });

  test("A killed server has every acknowledged account, signed in as before.", async () => {
    for (const { name, token } of accounts) {
      const { status, body } = await client.as(token).get("/api/v1/auth/sessions/");
      expect([name, status, body.length]).toEqual([name, 200, 1]);
    }
  });

  test("A killed server has every acknowledged event, with its participants.", async () => {
    for (const { id, name } of rides) {
      const { status, body } = await owner.get(`/api/event/${id}/`);
      expect([status, body.event?.name, body.event?.participants]).toEqual([200, name, guests]);
    }
  });

  test("A killed server has unacknowledged writes whole or not at all: each event with a letter for each guest.", async () => {
    const { events } = (await owner.get("/api/events/")).body;
    const names = events
      .filter((each: { participant_usernames: string[] }) =>
        each.participant_usernames.includes(guests[0] ?? ""),
      )
      .map(({ name }: { name: string }) => `Notification for Event ${name} - Created`);
    expect(names.length).toBeGreaterThanOrEqual(rides.length);
    for (const guest of guests) {
      const subjects = (await lettersToGuest(guest)).map(({ subject }) => subject);
      expect(subjects.sort()).toEqual(names.sort());
    }
  });

  test("The next sweep after a kill sends every unsent letter, each once.", async () => {
    expect(unsent).toBeGreaterThan(0);
    await client.tick();
    await until(
      async () => (await client.letters()).every(({ status }) => status === "sent"),
      "some letters are still not sent",
    );
    for (const { name } of accounts) expect(await client.letters(`${name}@example.com`)).toHaveLength(1);
    for (const guest of guests) {
      const subjects = (await lettersToGuest(guest)).map(({ subject }) => subject);
      expect(new Set(subjects).size).toBe(subjects.length);
    }
  });

  test("A killed server has every acknowledged message at its position, in the same epoch and without a gap.", async () => {
    const back = await owner.open(event, `?epoch=${epoch}&since=0`);
    const welcome = await back.next();
    expect(welcome).toMatchObject({ t: "welcome", epoch, recovered: true });
    const positions = new Map<string, number>();
    for (let seq = 1; seq <= welcome.seq; seq++) {
      const entry = await back.next();
      expect([entry.t, entry.seq]).toEqual(["entry", seq]);
      if (entry.ref) positions.set(entry.ref, entry.seq);
    }
    for (const [ref, seq] of said) expect([ref, positions.get(ref)]).toEqual([ref, seq]);
    back.close();
  });

  test("After a kill a resuming client gets exactly what it missed, and a retried message keeps its position.", async () => {
    const [ref = "", seq = 0] = [...said].at(-3) ?? [];
    const back = await owner.open(event, `?epoch=${epoch}&since=${seq}`);
    const welcome = await back.next();
    expect(welcome).toMatchObject({ epoch, recovered: true });
    expect(await back.next()).toMatchObject({ t: "entry", seq: seq + 1 });
    back.send(say(ref));
    expect(await back.next(({ t }) => t === "ack")).toMatchObject({ ref, seq });
    back.send(say("after the kill"));
    expect(await back.next(({ t }) => t === "ack")).toMatchObject({ seq: welcome.seq + 1 });
    back.close();
  });
});
