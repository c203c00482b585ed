/** A room with one subscriber, the inbox of person 7. */
import type { Room } from "../../../src/platform/realtime/room.ts";
import type { RoomFrame } from "../../../src/platform/realtime/socket/frames.ts";
import { type FakeInbox, fakeInbox, subscriberOf } from "../../harness/realtime/fake-network.ts";
import { type Surroundings, type World, withRoom } from "../../harness/realtime/fake-room.ts";

/** A room that `inbox:7` subscribes to. */
export function withSubscriber(
  work: (room: Room, world: World, inbox: FakeInbox) => Promise<void>,
  handler: Surroundings["handler"] = {},
): Promise<void> {
  const inbox = fakeInbox();
  return withRoom(
    async (room, world) => {
      room.subscribers.add(world.name, subscriberOf(7, world), null, null);
      await work(room, world, inbox);
    },
    { handler, objects: (name) => (name === "inbox:7" ? inbox.stub : null) },
  );
}

/** A frame that sends a message. */
export const say = (ref: string): RoomFrame => ({ t: "say", ref, kind: "message", body: { text: ref } });

/** Returns the inboxes in the room's stored list. */
export const subscribers = ({ state }: World) =>
  state.storage.sql
    .exec("SELECT inbox FROM followers")
    .toArray()
    .map(({ inbox }) => inbox);
