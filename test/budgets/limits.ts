/** What each action may cost: the one home of these figures. The tests here assert them, and the bill is made of them (`npm run bill`). */

export interface Limit {
  /** Rows written: in D1, in objects, and one per alarm. Lower it when the action becomes cheaper, never raise it. */
  readonly rows: number;
  /** Calls of D1; a batch is one. */
  readonly trips?: number;
  readonly objectCalls?: number;
  readonly queueMessages?: number;
  readonly d1Read?: number;
}

export const LIMITS = {
  "A chat message that both receive": { rows: 3.7, trips: 1.5 },
  "A chat message at 40 a second": { rows: 1.5, trips: 0.1 },
  "A chat message whose receiver is away": { rows: 5, trips: 1.2 },
  "A read mark in a chat": { rows: 4, trips: 1.5 },
  "A point by socket, one a second over ten minutes,": { rows: 1.3, trips: 0.25 },
  "A point by REST, one a second over ten minutes,": { rows: 1.3 },
  "A batch of 50 points by socket": { rows: 4, trips: 2.5 },
  "A batch of 50 points by REST": { rows: 4 },
  "A driver's position by REST, one a second with an active order and two listeners,": {
    rows: 1.2,
    trips: 1.2,
  },
  "A frame of a driver's position by socket, one a second with an active order,": { rows: 2 },
  "An order from its placement to its completion": { rows: 126, trips: 30, objectCalls: 14 },
  "An event with three participants": { rows: 30, trips: 10 },
  "A socket opened in a cold isolate": { rows: 0.5, trips: 0 },
  "A socket resumed in a cold isolate": { rows: 0.5, trips: 0 },
  "The outbox row of a letter, from the commit until it is purged,": { rows: 4 },
  "An entry of the earnings calculator": { rows: 3, trips: 2 },
} as const satisfies Readonly<Record<string, Limit>>;

/** The action, as a sentence's subject. */
export type Action = keyof typeof LIMITS;
