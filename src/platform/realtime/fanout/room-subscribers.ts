/** The face of a room that inboxes reach: they subscribe, read what they missed, and pass on their people's frames. */

import type { Lifecycle } from "../lifecycle.ts";
import type { Entry } from "../log/entry.ts";
import type { RoomLog } from "../log/room-log.ts";
import type { RoomParts } from "../parts.ts";
import type { FrameResult, Local, StaleRights, SubscribeResult, SubscriberMethods } from "../rpc.ts";
import { decideRoomFrame } from "../socket/decide-frame.ts";
import { type Fault, fault, LATER, LIMITS, type RoomFrame, TOO_MANY } from "../socket/frames.ts";
import type { Subscriber } from "./subscriber-store.ts";

const NOT_SUBSCRIBED = fault("forbidden", "Subscribe to the room first.");

const refused = (fault: Fault): FrameResult => ({ ok: false, ...fault });

export class RoomSubscribers implements Local<SubscriberMethods> {
  readonly #parts: RoomParts;
  readonly #log: RoomLog;
  readonly #lifecycle: Lifecycle;

  constructor(parts: RoomParts, log: RoomLog, lifecycle: Lifecycle) {
    this.#parts = parts;
    this.#log = log;
    this.#lifecycle = lifecycle;
  }

  /** Lets an inbox subscribe, after a look at who is still here. */
  async subscribe(
    room: string,
    subscriber: Subscriber,
    epoch: string | null,
    since: number | null,
  ): Promise<SubscribeResult | StaleRights | null> {
    const { beginning, presence } = this.#parts;
    // A refused subscription begins nothing.
    const refusal = this.#refusalOf(subscriber);
    if (refusal !== undefined) return refusal;
    if (!(await beginning.ensure(room, subscriber.admittedAt))) return null;
    await presence.look();
    return this.add(room, subscriber, epoch, since);
  }

  add(
    room: string,
    subscriber: Subscriber,
    epoch: string | null,
    since: number | null,
  ): SubscribeResult | StaleRights | null {
    const { roomState, presence, subscribers, journal, marks, latest } = this.#parts;
    const refusal = this.#refusalOf(subscriber);
    if (refusal !== undefined) return refusal;
    roomState.know(room, subscriber.admittedAt);
    presence.through(() => subscribers.add(subscriber));
    const recovered = since === null || journal.covers(epoch, since);
    this.#lifecycle.rearm();
    const { epoch: now, head } = journal;
    return {
      epoch: now,
      head,
      recovered,
      present: presence.shownTo(subscriber.caller),
      reads: marks.all(),
      knowsHeld: true,
      latest: latest.framesFor(subscriber),
    };
  }

  /** Null for a right that ended or a room that is gone, the version of rights to look up again; undefined: may subscribe. */
  #refusalOf(subscriber: Subscriber): StaleRights | null | undefined {
    const { roomState, rights } = this.#parts;
    if (roomState.revocationOf(subscriber) || roomState.isRetired) return null;
    const rightsVersion = rights.staleVersion(subscriber);
    return rightsVersion === null ? undefined : { rightsVersion };
  }

  unsubscribe(inbox: string): void {
    const { presence, subscribers } = this.#parts;
    presence.through(() => subscribers.remove(inbox));
  }

  read(inbox: string, epoch: string, since: number): Entry[] | null {
    const { subscribers, journal, view } = this.#parts;
    const subscriber = subscribers.get(inbox);
    if (!subscriber || !journal.covers(epoch, since)) return null;
    return journal.after(since, LIMITS.page).map((entry) => view.show(entry, subscriber));
  }

  async takeFrame(inbox: string, frame: RoomFrame, takesEntry = false): Promise<FrameResult> {
    const { subscribers, presence, journal, handler, entryRate, clock, view } = this.#parts;
    const subscriber = subscribers.get(inbox);
    if (!subscriber) return refused(NOT_SUBSCRIBED);
    presence.hearSubscriber(inbox);
    const decision = decideRoomFrame(handler, subscriber, frame);
    switch (decision.do) {
      case "reject":
        return refused(decision.fault);
      case "indicate":
        presence.indicate(decision.userId, decision.frame, journal.head);
        this.#lifecycle.arm();
        return { ok: true, seq: journal.head, at: clock() };
      case "append": {
        if (!entryRate.take(decision.draft)) return refused(TOO_MANY);
        const entry = await this.#log.commit(decision.draft, null, takesEntry ? inbox : undefined);
        if (!entry) return refused(LATER);
        const { epoch } = journal;
        const stored = takesEntry ? { stored: { epoch, entry: view.show(entry, subscriber) } } : {};
        return { ok: true, seq: entry.seq, at: entry.at, ...stored };
      }
      default:
        return decision satisfies never;
    }
  }
}
