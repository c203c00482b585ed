/** Names of dispatch's rooms: `order:<uuid>`, `truck:<id>`, the operators' `ops:all`, and `ops:<n>`, which collect positions for it. */

export const OPS_ROOM = "ops:all";

/** Rooms that collect positions: see `live/ops-positions.ts`. The number may change at any time: they store nothing. */
export const COLLECTORS = 16;

/** The room that collects the positions of this truck. */
export const collectorRoom = (truckId: number) => `ops:${truckId % COLLECTORS}`;

const ORDER = "order:";
const TRUCK = "truck:";

export const orderRoom = (orderId: string) => `${ORDER}${orderId}`;
export const truckRoom = (truckId: number) => `${TRUCK}${truckId}`;

/** The order that a room belongs to. */
export const orderIdOf = (room: string) => room.slice(ORDER.length);

/** The truck that a room belongs to. */
export const truckIdOf = (room: string) => Number(room.slice(TRUCK.length));
