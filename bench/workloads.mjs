// The workloads: each piece of work as the product does it and as the bare Worker does.
import { appWorkloads } from "./apps.mjs";
import { Crowd, send } from "./clients.mjs";
import { setUp } from "./connections.mjs";
import { liveWorkloads } from "./live.mjs";
import { DRIVER, eventDraft, keyOf, signIn } from "./world.mjs";

/** The number of concurrent requests. */
const WIDTH = 4;

/** Returns the workloads' makers by name. Each maker prepares its workload and may return `undo`, which cleans up. */
export function workloads({ product, bare, token, events }) {
  let count = 0;
  const fresh = () => {
    count += 1;
    return `bench-${count}`;
  };
  const http = (work) => () => ({ work, width: WIDTH });
  const readEvent = {
    product: () => send("GET", `${product.origin}/api/event/${events[7]}/`, { token }),
    bare: () => send("GET", `${bare.origin}/event/${events[7]}/`),
  };
  const hash = {
    product: () => signIn(product.origin),
    bare: () => send("POST", `${bare.origin}/signin/`, { body: { password: "verysecret" } }),
  };

  const place = () => ({ latitude: 55.75 + Math.random() / 100, longitude: 37.61 });

  return {
    "constant answer": http({
      product: () => send("GET", `${product.origin}/nowhere/`, { status: 404 }),
      bare: () => send("GET", `${bare.origin}/nowhere/`, { status: 404 }),
    }),
    "read an event": http(readEvent),
    "list 50 events": http({
      product: () => send("GET", `${product.origin}/api/events/?limit=50`, { token }),
      bare: () => send("GET", `${bare.origin}/events/`),
    }),
    "create an event": http({
      product: () =>
        send("POST", `${product.origin}/api/events/`, { token, status: 201, body: eventDraft() }),
      bare: () => send("POST", `${bare.origin}/events/`, { status: 201, body: eventDraft() }),
    }),
    "list 50 chats": http({
      product: () => send("GET", `${product.origin}/api/v1/chats/`, { token }),
      bare: () => send("GET", `${bare.origin}/chats/`),
    }),
    "list 20 orders of 60": http({
      product: () => send("GET", `${product.origin}/api/v1/orders/list/`, { token }),
      bare: () => send("GET", `${bare.origin}/orders/`),
    }),
    ...appWorkloads({ product, bare, token, http, fresh }),
    "driver's location (REST)": http({
      product: () =>
        send("POST", `${product.origin}/api/v1/location/update/`, { key: keyOf(DRIVER), body: place() }),
      bare: () => send("POST", `${bare.origin}/location/${DRIVER}/`, { body: place() }),
    }),
    "socket opened and closed": () => setUp({ product, bare, token, events }),
    "event update, all of 100 heard": () => update(100),
    "event update, all of 1,000 heard": () => update(1000),
    "say, all of 100 heard": () => say(100),
    "say, all of 1,000 heard": () => say(1000),
    "say → ack in a room of ten": acknowledge,
    ...liveWorkloads({ product, bare, fresh }),
    "sign in (scrypt)": () => ({ work: hash }),
    "read an event beside a sign-in": () => ({ work: readEvent, beside: hash }),
  };

  /** Opens `size` sockets in one room on both sides. */
  async function openRoom(size) {
    const uuid = events[size % events.length];
    const here = await open(Array(size).fill(uuid));
    const there = await openBare(Array(size).fill(uuid));
    const undo = () => Promise.all([here.close(), there.close()]);
    return { uuid, here, there, undo };
  }

  function open(uuids) {
    const origin = product.origin.replace("http", "ws");
    const protocols = ["caravan.v1", `auth.${token}`];
    return Crowd.open(uuids.map((uuid) => ({ url: `${origin}/ws/events/${uuid}/`, protocols })));
  }

  function openBare(uuids) {
    const origin = bare.origin.replace("http", "ws");
    return Crowd.open(uuids.map((uuid) => ({ url: `${origin}/room/${uuid}` })));
  }

  async function say(size) {
    const { here, there, undo } = await openRoom(size);
    const work = {
      product: () => here.receives(size, "entry", () => here.say(fresh())),
      bare: () => there.receives(size, "entry", () => there.say(fresh())),
    };
    return { work, scale: size, undo };
  }

  async function update(size) {
    const { uuid, here, there, undo } = await openRoom(size);
    const body = () => ({ location: `Bridge ${fresh()}` });
    const change = (url, options) => () => send("PUT", url, { ...options, body: body() });
    const work = {
      product: () => here.receives(size, "entry", change(`${product.origin}/api/event/${uuid}/`, { token })),
      bare: () => there.receives(size, "entry", change(`${bare.origin}/event/${uuid}/`)),
    };
    return { work, scale: size, undo };
  }

  /** Twelve rooms of ten: enough sockets that none exceeds its limit, and enough messages in each room to fill its D1 batches. */
  async function acknowledge() {
    const uuids = events.slice(0, 12).flatMap((uuid) => Array(10).fill(uuid));
    const here = await open(uuids);
    const there = await openBare(uuids);
    const work = {
      product: () => here.receives(1, "ack", () => here.say(fresh())),
      bare: () => there.receives(1, "ack", () => there.say(fresh())),
    };
    return { work, undo: () => Promise.all([here.close(), there.close()]) };
  }
}
