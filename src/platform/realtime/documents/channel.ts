/** What a module tells about one kind of socket, for the AsyncAPI document. Read when the assets are built; no part of the Worker. */
import type * as v from "valibot";

export type Schema = v.GenericSchema;

/** One kind of body, or one frame of a documented dialect. */
export interface Described<Example = unknown> {
  readonly schema: Schema;
  /** When it is sent, in one sentence. */
  readonly summary: string;
  /** Passes the schema. */
  readonly example: Example;
  /** What fields mean that their schemas do not say, by path: `text`, `points.at`. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** A kind of entry, or of something shown: `example` is a body. */
export interface Body extends Described<Readonly<Record<string, unknown>>> {
  /** Whether a person writes it; otherwise the application does, and `by` is null. */
  readonly byPerson?: boolean;
}

export interface Channel {
  /** `events`. */
  readonly name: string;
  readonly title: string;
  /** `/ws/events/{id}/`. */
  readonly address: string;
  /** What the parameter in the address is. */
  readonly id?: string;
  /** A room's name in `subscribe` and in a ticket, as `event:7`; null when it has none of its own. */
  readonly room: string | null;
  readonly description: string;
  /** Who may open it and who may write, in sentences. */
  readonly access: string;
  /** `optional`: anonymous sockets may listen. `none`: every socket is anonymous. */
  readonly credential: "required" | "optional" | "none";
  /** A refused handshake opens the socket and closes it with this code. */
  readonly refusedWith?: number;
  /** Whether it is a person's own socket, which subscribes to rooms. */
  readonly isInbox?: boolean;
  /** Whether there are presence, typing and read marks. */
  readonly isSocial?: boolean;
  /** In a room that is not social: whether some callers are shown each other's presence. */
  readonly showsPresence?: boolean;
  /** What a client may `say`; `points` has a frame of its own. */
  readonly says: Readonly<Record<string, Body>>;
  readonly entries: Readonly<Record<string, Body>>;
  /** Bodies of `latest` frames. */
  readonly latest?: Readonly<Record<string, Body>>;
  /** The frames of a socket without a sub-protocol; null: such a socket is answered with an error. */
  readonly documented: Documented | null;
}

export interface Documented {
  /** Which app documents it, and how it behaves, in sentences. */
  readonly description: string;
  readonly fromClient: Readonly<Record<string, Described>>;
  readonly fromServer: Readonly<Record<string, Described>>;
}
