// `npm run tour`: plays the product against the running development server, over real HTTP and real sockets, and says
// what it does. It ends with an error when anything is not as told.
import { arrive, leave } from "./tour/account.mjs";
import { aCar } from "./tour/cars.mjs";
import { anEvent } from "./tour/events.mjs";
import { friends } from "./tour/friends.mjs";
import { fail } from "./tour/kit.mjs";
import { aTowJob } from "./tour/towing.mjs";
import { aTrack } from "./tour/tracking.mjs";

try {
  const person = await arrive();
  await anEvent(person);
  await friends();
  await aTrack();
  await aTowJob();
  await aCar();
  await leave(person);
  console.log("\n  Everything was as told.\n");
  process.exit(0);
} catch (error) {
  fail(error);
}
