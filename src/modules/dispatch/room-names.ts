/** Names of dispatch's rooms: `order:<uuid>`, `truck:<id>` and the operators' `ops:all`. */

export const OPS_ROOM = "ops:all";

const ORDER = "order:";
const TRUCK = "truck:";

export const orderRoom = (orderId: string) => `${ORDER}${orderId}`;
export const truckRoom = (truckId: number) => `${TRUCK}${truckId}`;

/** The order that a room belongs to. */
export const orderIdOf = (room: string) => room.slice(ORDER.length);

/** The truck that a room belongs to. */
export const truckIdOf = (room: string) => Number(room.slice(TRUCK.length));
