import { createCaravan } from "@caravan/client";

const url = "http://127.0.0.1:8787";
const organizer = createCaravan({ url });
const member = createCaravan({ url });
await organizer.signIn({ login: "client1", password: "password123" });
const { id: memberId } = await member.signIn({ login: "driver1", password: "password123" });

const event = await organizer.api.POST("/api/v1/events/", {
  body: {
    name: "Evening ride",
    description: "Twenty kilometres along the river",
    event_type: "ride",
    start_date: "2031-05-01T18:00:00Z",
    end_date: "2031-05-01T20:00:00Z",
    address: "Old bridge",
    members: [{ id: memberId }],
  },
});
const path = { id: event.id };

const room = member.live.room(`event:${event.id}`);
room.subscribe();
await room.ready();
organizer.api.PATCH("/api/v1/events/{id}/", { params: { path }, body: { address: "New bridge" } });

for await (const { type, entry } of room) {
  if (type === "reload") continue;
  const { address } = await member.api.GET("/api/v1/events/{id}/", { params: { path } });
  console.log(entry.body.action, address);
  break;
}
organizer.close();
member.close();
