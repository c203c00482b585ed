// What sockets cost beside their frames: to open one, and to keep a thousand that are silent.
import { setTimeout } from "node:timers/promises";
import { Crowd } from "./clients.mjs";

const IDLE = 1000;
const ROOMS = 10;

function targets({ product, bare, token, events }, count) {
  const ws = ({ origin }) => origin.replace("http", "ws");
  const uuids = Array.from({ length: count }, (_, index) => events[20 + (index % ROOMS)]);
  const protocols = ["caravan.v1", `auth.${token}`];
  return {
    product: uuids.map((uuid) => ({ url: `${ws(product)}/ws/events/${uuid}/`, protocols })),
    bare: uuids.map((uuid) => ({ url: `${ws(bare)}/room/${uuid}` })),
  };
}

/** A socket opened, welcomed and closed. */
export function setUp(hosts) {
  const one = targets(hosts, ROOMS);
  let turn = 0;
  const open = (side) => async () => {
    const crowd = await Crowd.open([side[turn++ % ROOMS]]);
    await crowd.close();
  };
  return { work: { product: open(one.product), bare: open(one.bare) }, width: 4 };
}

/** In words: how much memory a silent socket takes on either side. Garbage is part of it: this is an upper bound. */
export async function socketMemory(hosts) {
  const all = targets(hosts, IDLE);
  const each = {};
  for (const side of ["product", "bare"]) {
    const before = hosts[side].memory();
    const crowd = await Crowd.open(all[side]);
    await setTimeout(1000);
    each[side] = (hosts[side].memory() - before) / IDLE / 1024;
    await crowd.close();
  }
  const [ours, floor] = [each.product, each.bare].map((kib) => kib.toFixed(1));
  return `${IDLE} idle ones in ${ROOMS} rooms take ${ours} KiB each, bare ${floor} KiB`;
}
