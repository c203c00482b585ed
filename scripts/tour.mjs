// `npm run tour`: uses the product on the running development server, over real HTTP and real sockets, and prints
// what it does. It ends with an error when an answer is not as expected.
import { arrive, leave } from "./tour/account.mjs";
import { aCar } from "./tour/cars.mjs";
import { anEvent } from "./tour/events.mjs";
import { friends } from "./tour/friends.mjs";
import { fail } from "./tour/kit.mjs";
import { aTowJob } from "./tour/towing.mjs";
import { aTrack } from "./tour/tracking.mjs";
import { aWebhook } from "./tour/webhooks.mjs";

try {
  const person = await arrive();
  await anEvent(person);
  await friends();
  await aTrack();
  await aTowJob();
  await aCar();
  await aWebhook();
  await leave(person);
  console.log("\n  Every answer was as expected.\n");
  process.exit(0);
} catch (error) {
  fail(error);
}
