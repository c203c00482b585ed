/** Knows every object that is constructed from now on, what it writes, which calls it receives, and when its alarm is due. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { DurableObject, env } from "cloudflare:workers";
import * as entrypoint from "../../../src/index.ts";
import "./shifted-now.ts";

export interface WatchedObject {
  /** `EventRoom event:7`. */
  readonly name: string;
  readonly id: DurableObjectId;
  /** Epoch ms; null when none is set. */
  alarmAt: number | null;
}

export interface Witness {
  /** An object wrote rows; `what` is the SQL or the method of storage. */
  wrote(object: WatchedObject, what: string, rows: number): void;
  /** `CLASS.method` */
  called(call: string): void;
}

type ObjectClass = new (state: DurableObjectState, env: Cloudflare.Env) => DurableObject;
type Method = (this: unknown, ...args: unknown[]) => unknown;

const objects = new Map<string, WatchedObject>();
/** The object behind its storage and the parts of its storage. */
const owners = new WeakMap<object, WatchedObject>();

/** The Durable Object classes by the names under which they are exported. */
const CLASSES = Object.entries(entrypoint as Record<string, unknown>).filter(
  (each): each is [string, ObjectClass] =>
    typeof each[1] === "function" && each[1].prototype instanceof DurableObject,
);

/** Starts watching. Objects that exist already stay unknown until they are evicted. */
export function watchObjects(witness: Witness): void {
  for (const [name, objectClass] of CLASSES) {
    watchConstruction(name, objectClass, witness);
    watchCalls(name, objectClass, witness);
  }
}

/** Puts a class between an object's own and the platform's, by which its state becomes known. */
function watchConstruction(name: string, objectClass: ObjectClass, witness: Witness): void {
  let below: ObjectClass = objectClass;
  while (Object.getPrototypeOf(below) !== DurableObject) below = Object.getPrototypeOf(below);
  Object.setPrototypeOf(
    below,
    class extends DurableObject<Cloudflare.Env> {
      constructor(state: DurableObjectState, environment: Cloudflare.Env) {
        super(state, environment);
        const object = { name: `${name} ${state.id.name}`, id: state.id, alarmAt: null };
        objects.set(state.id.toString(), object);
        watchStorage(state.storage, object, witness);
      }
    },
  );
}

let storageIsWatched = false;
function watchStorage(storage: DurableObjectStorage, object: WatchedObject, witness: Witness): void {
  for (const part of [storage, storage.sql, storage.kv]) owners.set(part, object);
  if (storageIsWatched) return;
  storageIsWatched = true;
  const wrote = (what: string, rows: number, owner: WatchedObject) => witness.wrote(owner, what, rows);
  after(storage.sql, "exec", (owner, [sql], cursor) =>
    wrote(String(sql), (cursor as SqlStorageCursor<never>).rowsWritten, owner),
  );
  for (const part of [storage, storage.kv]) {
    after(part, "put", (owner, [key]) =>
      wrote("put", typeof key === "object" ? Object.keys(key as object).length : 1, owner),
    );
    after(part, "delete", (owner, [key]) => wrote("delete", Array.isArray(key) ? key.length : 1, owner));
  }
  after(storage, "setAlarm", (owner, [at]) => {
    owner.alarmAt = Number(at);
    wrote("setAlarm", 1, owner);
  });
  for (const ends of ["deleteAlarm", "deleteAll"])
    after(storage, ends, (owner) => {
      owner.alarmAt = null;
    });
}

/** Calls `then` after each call of a method of the platform, for objects that are watched. */
function after(
  part: object,
  method: string,
  then: (owner: WatchedObject, args: unknown[], result: unknown) => void,
): void {
  const prototype = Object.getPrototypeOf(part) as Record<string, Method>;
  const original = prototype[method];
  if (!original) throw new Error(`storage has no ${method} any more`);
  prototype[method] = function (...args) {
    const result = original.apply(this, args);
    const owner = owners.get(this as object);
    if (owner) then(owner, args, result);
    return result;
  };
}

/** The platform's own calls: no budget counts them as calls of an object. */
const EVENTS = new Set(["constructor", "alarm", "webSocketMessage", "webSocketClose", "webSocketError"]);

function watchCalls(name: string, objectClass: ObjectClass, witness: Witness): void {
  const seen = new Set(EVENTS);
  for (
    let prototype = objectClass.prototype;
    prototype !== DurableObject.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const [method, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof value !== "function" || seen.has(method)) continue;
      seen.add(method);
      // On the class itself: rooms of all kinds share the prototypes below.
      Object.defineProperty(objectClass.prototype, method, {
        configurable: true,
        writable: true,
        value(this: unknown, ...args: unknown[]) {
          witness.called(`${name}.${method}`);
          return value.apply(this, args);
        },
      });
    }
  }
}

/** Runs the alarms that are due; returns how many. */
export async function runDueAlarms(now: number): Promise<number> {
  const due = [...objects.values()].filter(({ alarmAt }) => alarmAt !== null && alarmAt <= now);
  await Promise.all(
    due.map(async (object) => {
      object.alarmAt = null;
      const namespace = namespaceOf(object.id);
      if (namespace) await runDurableObjectAlarm(namespace.get(object.id));
    }),
  );
  return due.length;
}

/** The names of objects whose alarm is due by then. */
export function dueBy(time: number): string[] {
  return [...objects.values()].flatMap(({ name, alarmAt }) =>
    alarmAt !== null && alarmAt <= time ? name : [],
  );
}

/** When the next alarm is due, epoch ms. */
export function nextAlarm(): number {
  const times = [...objects.values()].map(({ alarmAt }) => alarmAt ?? Number.POSITIVE_INFINITY);
  return times.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
}

/** Any other binding (a service) would seem to have every method. */
const NAMESPACE = Object.getPrototypeOf(env.EVENT_ROOMS);

function namespaceOf(id: DurableObjectId): DurableObjectNamespace | undefined {
  const namespaces = Object.values(env as unknown as Record<string, unknown>).filter(
    (binding): binding is DurableObjectNamespace =>
      typeof binding === "object" && binding !== null && Object.getPrototypeOf(binding) === NAMESPACE,
  );
  return namespaces.find((namespace) => id.name && namespace.idFromName(id.name).equals(id));
}
