/** Group commit: one transaction at a time, in the order of arrival, without what was dropped. */
import { expect, test } from "vitest";
import { GroupCommit, type Pending } from "../../../src/platform/realtime/log/group-commit.ts";
import { latch, subscriberOf } from "../../harness/realtime/fake-network.ts";
import { note, withRoom } from "../../harness/realtime/fake-room.ts";

/** A storage whose sync ends when the test says so, and the refs that it was given by transaction. */
function disk(store: (refs: readonly string[]) => void = () => {}) {
  const syncs: { open: () => void }[] = [];
  const batches: string[][] = [];
  const groupCommit = new GroupCommit({
    sync() {
      const { open, opened } = latch();
      syncs.push({ open });
      return opened;
    },
  });
  const append = (pending: readonly Pending[]) => {
    const refs = pending.map(({ draft }) => String(draft.ref));
    store(refs);
    batches.push(refs);
    return pending.map(({ draft }) => ({ entry: { ...draft, seq: 1, at: 0 }, repeated: false }));
  };
  const add = (ref: string) =>
    groupCommit.add({ draft: { author: 1, ref, kind: "message", body: {} }, from: null }, append);
  return { groupCommit, syncs, batches, add };
}

test("A single frame is stored at once.", () => {
  const { add, batches } = disk();
  void add("a");
  expect(batches).toEqual([["a"]]);
});

test("Frames that arrive during a commit become the next one, all of them and in order.", async () => {
  const { add, batches, syncs } = disk();
  const all = ["a", "b", "c", "d"].map(add);
  expect(batches).toEqual([["a"]]);
  syncs[0]?.open();
  await expect.poll(() => batches).toEqual([["a"], ["b", "c", "d"]]);
  const late = add("e");
  expect(batches).toHaveLength(2);
  syncs[1]?.open();
  await expect.poll(() => batches.length).toBe(3);
  syncs[2]?.open();
  await Promise.all([...all, late]);
  expect(batches[2]).toEqual(["e"]);
});

test("A dropped frame is not stored, and its sender does not wait for it.", async () => {
  const { add, groupCommit, batches, syncs } = disk();
  const first = add("a");
  const second = add("b");
  groupCommit.drop();
  expect(await second).toBeNull();
  syncs[0]?.open();
  expect(await first).toMatchObject({ ref: "a" });
  expect(batches).toEqual([["a"]]);
});

test("A transaction that fails does not affect a later one.", async () => {
  const { add, batches, syncs } = disk((refs) => {
    if (refs.includes("bad")) throw new Error("no");
  });
  await expect(add("bad")).rejects.toThrow("no");
  void add("good");
  expect(batches).toEqual([["good"]]);
  syncs[0]?.open();
});

test("Retiring a room drops waiting frames, and their senders are told that they were not stored.", async () => {
  await withRoom(async (room, world) => {
    room.log.publish(world.name, note("1"));
    room.subscribers.add(world.name, subscriberOf(7, world), null, null);
    const say = (ref: string) =>
      room.subscribers.takeFrame("inbox:7", { t: "say", ref, kind: "message", body: { text: ref } });
    const [first, second] = [say("a"), say("b")];
    room.log.retire(world.name, { kind: "gone", ref: null, body: {} });
    expect(await first).toMatchObject({ ok: true, seq: 2 });
    expect(await second).toEqual({ ok: false, code: "unavailable", detail: "Send it again later." });
    expect(await say("c")).toMatchObject({ ok: false, code: "forbidden" });
    expect(world.state.storage.sql.exec("SELECT * FROM entries").toArray()).toEqual([]);
  });
});
