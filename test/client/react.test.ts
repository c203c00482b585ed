// @vitest-environment jsdom
/** The hooks, drawn by React itself over a connection whose server is the test. */
import { createElement, type ReactElement } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Caravan } from "../../client/src/caravan.ts";
import {
  CaravanProvider,
  LiveProvider,
  useCaravan,
  useEntries,
  useLive,
  useLiveState,
  usePending,
  usePresence,
  useRoom,
  useTyping,
} from "../../client/src/react/index.ts";
import { entry, welcome, world } from "./world.ts";

const ROOM = "chat:3";
const page = globalThis as unknown as {
  document: { createElement(name: string): { readonly textContent: string } };
};
let root: Root;
let shown: { readonly textContent: string };

beforeEach(() => {
  shown = page.document.createElement("div");
  root = createRoot(shown as never);
});
afterEach(() => {
  root.unmount();
  vi.useRealTimers();
});

/** Does something, and lets React draw what comes of it. */
async function does(work: () => unknown): Promise<void> {
  await work();
  for (let turn = 0; turn < 5; turn++) await new Promise((drawn) => setImmediate(drawn));
}
const draw = (element: ReactElement) => does(() => root.render(element));

/** A room's hooks as text. */
function Chat({ name = ROOM }: { name?: string | null }) {
  const entries = useEntries(name, 3).map(({ seq }) => seq);
  const present = usePresence(name);
  const typing = useTyping(name);
  const pending = usePending(name).map(({ body }) => body.text);
  return JSON.stringify({ state: useLiveState(), entries, present, typing, pending });
}
const seen = () => JSON.parse(shown.textContent);

test("A room's entries, people, typing and unsent messages are drawn as they change.", async () => {
  const here = world();
  await draw(createElement(LiveProvider, { live: here.live }, createElement(Chat)));
  expect(seen()).toMatchObject({ state: "connecting", entries: [] });
  await does(() => here.up());
  await does(() => here.open(ROOM, 0));
  await does(() => {
    for (const seq of [1, 2, 3, 4]) here.socket.hear(entry(ROOM, seq));
    here.socket.hear({ t: "presence", room: ROOM, users: [1, 7] });
    here.socket.hear({ t: "typing", room: ROOM, by: 7 });
    void here.live.room(ROOM).message("hi");
  });
  expect(seen()).toEqual({
    state: "live",
    entries: [2, 3, 4],
    present: [1, 7],
    typing: [7],
    pending: ["hi"],
  });
  await does(() => void here.ack(5));
  await does(() => here.socket.hear({ ...entry(ROOM, 5), by: 7 } as never));
  expect(seen()).toMatchObject({ entries: [3, 4, 5], typing: [], pending: [] });
  // What is shown lacks entries that won't come.
  await does(() => here.socket.end());
  await does(() => here.nextSocket().then(() => {}));
  await does(() => here.socket.hear(welcome()));
  await does(() => here.open(ROOM, 90, { recovered: false }));
  expect(seen()).toMatchObject({ state: "live", entries: [] });
});

test("Somebody who stops typing is shown for four seconds.", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const here = world();
  await draw(createElement(LiveProvider, { live: here.live }, createElement(Chat)));
  await does(() => here.up());
  await does(() => here.open(ROOM, 0));
  const type = () => does(() => here.socket.hear({ t: "typing", room: ROOM, by: 7 }));
  await type();
  await does(() => vi.advanceTimersByTime(3_900));
  await type();
  await does(() => vi.advanceTimersByTime(3_900));
  expect(seen().typing).toEqual([7]);
  await does(() => vi.advanceTimersByTime(200));
  expect(seen().typing).toEqual([]);
});

test("Another room shows nothing of the one before, which is left; no room shows nothing.", async () => {
  const here = world();
  const show = (name: string | null) =>
    draw(createElement(LiveProvider, { live: here.live }, createElement(Chat, { name })));
  await show(ROOM);
  await does(() => here.up());
  await does(() => here.open(ROOM, 0));
  await does(() => {
    here.socket.hear(entry(ROOM, 1));
    here.socket.hear({ t: "presence", room: ROOM, users: [1] });
    here.socket.hear({ t: "typing", room: ROOM, by: 7 });
  });
  await show("chat:4");
  await does(() => here.open("chat:4", 8));
  expect(here.socket.of("unsubscribe")).toEqual([{ t: "unsubscribe", room: ROOM }]);
  expect(seen()).toMatchObject({ entries: [], present: [], typing: [] });
  await does(() => here.socket.hear(entry("chat:4", 9)));
  expect(seen().entries).toEqual([9]);
  await show(null);
  expect(seen()).toMatchObject({ state: "live", entries: [], present: [], typing: [], pending: [] });
});

test("The newest listener is called, without a new subscription.", async () => {
  const here = world();
  const heard: string[] = [];
  const Listener = ({ name }: { name: string }) => {
    useRoom(ROOM, { entry: ({ seq }) => void heard.push(`${name} ${seq}`) });
    return null;
  };
  const show = (name: string) =>
    draw(createElement(LiveProvider, { live: here.live }, createElement(Listener, { name })));
  await show("first");
  await does(() => here.up());
  await does(() => here.open(ROOM, 0));
  await does(() => here.socket.hear(entry(ROOM, 1)));
  await show("second");
  await does(() => here.socket.hear(entry(ROOM, 2)));
  expect(heard).toEqual(["first 1", "second 2"]);
  expect(here.socket.of("subscribe")).toHaveLength(1);
});

test("A provider gives its client and its connection, and without one there is neither.", async () => {
  const here = world();
  const caravan = { live: here.live } as Caravan;
  const Named = () => {
    const isSame = useCaravan() === caravan && useLive() === here.live;
    return String(isSame);
  };
  await draw(createElement(CaravanProvider, { caravan }, createElement(Named)));
  expect(shown.textContent).toBe("true");
  await draw(createElement(Chat));
  expect(seen()).toMatchObject({ state: "idle", entries: [] });
  const faults: unknown[] = [];
  root.unmount();
  root = createRoot(shown as never, { onUncaughtError: (error) => faults.push(error) });
  await draw(createElement(Named));
  expect(faults).toEqual([
    expect.objectContaining({ message: expect.stringContaining("<CaravanProvider>") }),
  ]);
});
