import { expect, test } from "vitest";
import { del, get, outboxOf, person, post } from "./harness/api.ts";
import { connect, connectNative } from "./harness/socket.ts";

test("An event is announced to both dialects and mailed.", async () => {
  const ann = await person();
  const bob = await person();
  const event = {
    name: "Ride",
    starting_time: "2031-01-01T10:00Z",
    end_time: "2031-01-01T11:00Z",
    location: "Bridge",
    participants: [bob.username],
  };
  const { status, body } = await post("/api/events/", event, { token: ann.token });
  expect(status).toBe(201);
  const native = await connectNative(`/ws/events/${body.id}/?since=0`, ann.token);
  const old = await connect(`/ws/events/${body.id}/`);
  expect((await native.next()).t).toBe("welcome");
  expect(await native.next()).toMatchObject({ t: "entry", seq: 1, body: { action: "created" } });
  await del(`/api/event/${body.id}/`, undefined, { token: ann.token });
  expect(await old.next()).toEqual({ message: 'Event "Ride" has been deleted.' });
  expect((await native.closed).code).toBe(4004);
  expect((await outboxOf(bob.email)).map((letter) => letter.subject)).toContain(
    "Notification for Event Ride - Cancelled",
  );
  expect((await get("/swagger.json")).status).toBe(200);
});
