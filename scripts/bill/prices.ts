/** What the platform charges and allows, and what servers cost. Change the date when a figure is checked again. */

export const CHECKED = "2026-11-28";

/** US dollars a million, unless the name says something else. The amounts that the plan includes (about $110 a month) are not deducted. */
export const PRICES = {
  /** https://developers.cloudflare.com/d1/platform/pricing/ and https://developers.cloudflare.com/durable-objects/platform/pricing/ */
  rowsWritten: 1,
  rowsRead: 0.001,
  /** https://developers.cloudflare.com/durable-objects/platform/pricing/: calls and alarms; twenty frames count as one. */
  objectCalls: 0.15,
  framesToACall: 20,
  /** A GB-second, in millions; an object counts as 128 MB while it is active. */
  gigabyteSeconds: 12.5,
  objectGigabytes: 0.128,
  /** https://developers.cloudflare.com/workers/platform/pricing/ */
  requests: 0.3,
  cpuMilliseconds: 0.02,
  /** https://developers.cloudflare.com/queues/platform/pricing/: a message is written, read and deleted. */
  queueOperations: 0.4,
  operationsToAMessage: 3,
  /** The gigabyte-month, dollars: D1, objects, R2 (https://developers.cloudflare.com/r2/pricing/). */
  d1Gigabyte: 0.75,
  objectGigabyte: 0.2,
  r2Gigabyte: 0.015,
} as const;

/** https://developers.cloudflare.com/d1/platform/limits/ and https://developers.cloudflare.com/durable-objects/platform/limits/ */
export const LIMITS = {
  databaseGigabytes: 10,
  /** How full a database is planned to be at most. */
  plannedGigabytes: 8,
  /** A database runs one statement at a time: about a thousand a second at a millisecond each. */
  databaseTransactions: 1000,
  /** What a database is loaded with at most, at the daily peak. */
  plannedTransactions: 300,
  /** Requests a second that one object takes; 200 to 500 when each writes. */
  objectRequests: 1000,
  objectGigabytes: 10,
  /** Bindings of one Worker. */
  databases: 5000,
} as const;

/**
 * Servers for the same load, dollars a month; an estimate. At a million daily users: six application servers of 8 cores
 * ($250 each), a database of 16 cores with a replica ($400 each), a cache ($100), balancer, disks and backups ($200). It
 * grows with the load, and starts with three small machines. Nobody's hours are in it: no on-call, no updates.
 */
export const SERVERS = { atMillion: 2600, least: 150 } as const;
