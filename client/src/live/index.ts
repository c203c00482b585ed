/** The socket part alone: `@caravan/client/live`. */
export { CaravanError, type ErrorCode, type ErrorFacts, isCaravanError } from "../errors.ts";
export { memoryStorage, type Storage } from "../storage.ts";
export type { LiveState } from "./connection.ts";
export {
  type Ack,
  CLOSE,
  type ClientFrame,
  type Entry,
  type Latest,
  type Limits,
  type Point,
  PROTOCOL,
  type ServerFrame,
} from "./frames.ts";
export { type FrameWatcher, Live, OWN } from "./live.ts";
export {
  type After,
  type Credentials,
  type LiveOptions,
  type Position,
  platformWake,
  type SocketLike,
} from "./options.ts";
export type { Outgoing } from "./outbox.ts";
export type { Room, RoomListener, Sent } from "./room.ts";
export type { RoomEvent } from "./room-events.ts";
export type { RoomState } from "./subscription.ts";
