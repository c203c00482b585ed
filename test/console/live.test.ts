/** The console's live connection, with a fake socket and clock. */
import { describe, expect, test } from "vitest";
import { backoff, type Entry, type Latest, Live, type Wire } from "../../src/console/live.ts";

class FakeWire implements Wire {
  readonly sent: Record<string, unknown>[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  send(words: string) {
    this.sent.push(JSON.parse(words));
  }
  close() {
    this.closed = true;
  }
  hear(frame: object) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

/** A fake environment of a connection. */
function world() {
  const wires: FakeWire[] = [];
  let timers: { at: number; run: () => void }[] = [];
  let now = 0;
  const live = new Live({
    connect() {
      const wire = new FakeWire();
      wires.push(wire);
      return wire;
    },
    after(milliseconds, run) {
      const timer = { at: now + milliseconds, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    random: () => 1,
  });
  const pass = (milliseconds: number) => {
    now += milliseconds;
    const due = timers.filter(({ at }) => at <= now);
    timers = timers.filter(({ at }) => at > now);
    for (const { run } of due) run();
  };
  return { live, wires, pass, wire: () => wires.at(-1) as FakeWire };
}

function listener() {
  const entries: Entry[] = [];
  const heard = { entries, reloads: 0, typing: [] as number[], latest: [] as Latest[] };
  return {
    heard,
    entry: (entry: Entry) => entries.push(entry),
    latest: (latest: Latest) => heard.latest.push(latest),
    reload: () => {
      heard.reloads += 1;
    },
    typing: (by: number) => heard.typing.push(by),
  };
}

const entry = (room: string, seq: number) => ({
  t: "entry",
  room,
  seq,
  kind: "message",
  at: "",
  by: 1,
  body: {},
});
const subscribed = (room: string, seq: number, recovered = true, epoch = "e1") => ({
  t: "subscribed",
  ref: room,
  room,
  epoch,
  seq,
  recovered,
});

/** A connection that is live in one room at a position. */
function atWork(seq = 4) {
  const all = world();
  const ears = listener();
  const leave = all.live.listen("ticket:1", ears);
  all.wire().onopen?.();
  all.wire().hear(subscribed("ticket:1", seq));
  return { ...all, ears, leave };
}

describe("a room that is listened to", () => {
  test("A room is subscribed to when the socket opens, and the page reloads its data.", () => {
    const { wire, ears } = atWork();
    expect(wire().sent).toEqual([{ t: "subscribe", ref: "ticket:1", room: "ticket:1" }]);
    expect(ears.heard.reloads).toBe(1);
  });

  test("A listener gets each entry once.", () => {
    const { wire, ears } = atWork();
    for (const seq of [5, 6, 6, 5, 7]) wire().hear(entry("ticket:1", seq));
    expect(ears.heard.entries.map(({ seq }) => seq)).toEqual([5, 6, 7]);
  });

  test("A listener gets nothing of other rooms.", () => {
    const { wire, ears } = atWork();
    wire().hear(entry("ticket:2", 5));
    wire().hear({ t: "typing", room: "ticket:2", by: 3 });
    expect(ears.heard).toMatchObject({ entries: [], typing: [] });
  });

  test("A listener gets what is shown and not stored, and the position in the room stays.", () => {
    const { live, ears, wire } = atWork();
    wire().hear({ t: "latest", room: "ticket:1", kind: "position", at: "", body: { latitude: 1 } });
    expect(ears.heard).toMatchObject({ entries: [], latest: [{ kind: "position", body: { latitude: 1 } }] });
    wire().onclose?.({ code: 1006 });
    live.connect();
    wire().onopen?.();
    expect(wire().sent).toContainEqual({
      t: "subscribe",
      ref: "ticket:1",
      room: "ticket:1",
      epoch: "e1",
      since: 4,
    });
  });

  test("A listener gets typing signals.", () => {
    const { wire, ears } = atWork();
    wire().hear({ t: "typing", room: "ticket:1", by: 3 });
    expect(ears.heard.typing).toEqual([3]);
  });

  test("A room is unsubscribed with its last listener.", () => {
    const { live, wire, leave } = atWork();
    const leaveToo = live.listen("ticket:1", listener());
    leave();
    expect(wire().sent).toHaveLength(1);
    leaveToo();
    expect(wire().sent.at(-1)).toEqual({ t: "unsubscribe", room: "ticket:1" });
  });
});

describe("a wire that breaks", () => {
  test("A broken connection is reopened and resumes from its position.", () => {
    const { wires, wire, pass, ears, live } = atWork();
    wire().hear(entry("ticket:1", 5));
    wire().onclose?.({ code: 1006 });
    expect(live.state).toBe("waiting");
    pass(500);
    expect(wires).toHaveLength(2);
    wire().onopen?.();
    expect(wire().sent[0]).toEqual({
      t: "subscribe",
      ref: "ticket:1",
      room: "ticket:1",
      epoch: "e1",
      since: 5,
    });
    wire().hear(subscribed("ticket:1", 7));
    wire().hear(entry("ticket:1", 6));
    wire().hear(entry("ticket:1", 7));
    expect(ears.heard).toMatchObject({ reloads: 1 });
    expect(ears.heard.entries.map(({ seq }) => seq)).toEqual([5, 6, 7]);
  });

  test("A connection that can't resume reports it.", () => {
    const { wire, pass, ears } = atWork(900);
    wire().onclose?.({ code: 1006 });
    pass(500);
    wire().onopen?.();
    wire().hear(subscribed("ticket:1", 2, false, "e2"));
    expect(ears.heard.reloads).toBe(2);
    wire().hear(entry("ticket:1", 3));
    expect(ears.heard.entries.map(({ seq }) => seq)).toEqual([3]);
  });

  test("A connection is not reopened after a sign-out.", () => {
    const { wires, wire, pass, live } = atWork();
    wire().onclose?.({ code: 4001 });
    pass(60_000);
    expect([live.state, wires.length]).toEqual(["refused", 1]);
  });

  test("An unanswered ping ends a dead connection.", () => {
    const { wires, wire, pass } = atWork();
    pass(25_000);
    expect(wire().sent.at(-1)).toEqual({ t: "ping" });
    pass(10_000);
    expect(wires[0]?.closed).toBe(true);
    pass(500);
    expect(wires).toHaveLength(2);
  });

  test("A connection is kept while pings are answered.", () => {
    const { wires, wire, pass } = atWork();
    for (let round = 0; round < 3; round++) {
      pass(25_000);
      wire().hear({ t: "pong" });
    }
    expect(wires).toHaveLength(1);
  });

  test("The back-off grows with each attempt, up to fifteen seconds.", () => {
    expect([0, 1, 2, 4, 9].map((attempt) => backoff(attempt, 1))).toEqual([500, 1000, 2000, 8000, 15_000]);
    expect(backoff(0, 0)).toBe(250);
  });
});
