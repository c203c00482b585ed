import { createCaravan } from "@caravan/client";

const caravan = createCaravan({ url: "http://127.0.0.1:8787" });
await caravan.signIn({ login: "client1", password: "password123" });
caravan.live.onState((state) => console.log("the connection is", state));

const room = caravan.live.room("chat:1");
room.subscribe({
  entry: ({ seq, body }) => console.log("entry", seq, body.text),
  pending: (waiting) => console.log("waiting to be stored:", waiting.length),
});

// Resolves when it is stored. Offline it waits, and goes out once when the line is back.
const { seq } = await room.message("The old bridge at six");
console.log("stored at position", seq);
caravan.close();
