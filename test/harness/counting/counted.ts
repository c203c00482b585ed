/** An environment that counts what a request costs: D1 statements, object calls and queue sends. */
import { env } from "cloudflare:workers";
import { send, type TestEnv } from "../api.ts";

/** What was counted. */
export interface Bill {
  /** The SQL of every D1 statement; those of a batch one by one. */
  readonly statements: string[];
  /** The SQL of the statements that changed rows; a statement that was rolled back changed none. */
  readonly written: string[];
  /** `BINDING.method` of every call to a Durable Object. */
  readonly objectCalls: string[];
  /** The number of messages in each send to a queue. */
  readonly queueSends: number[];
  /** The number of calls to D1: a batch counts once. */
  roundTrips: number;
}

export interface Counted {
  readonly env: TestEnv;
  /** What was counted since the last call. */
  read(): Bill;
}

const empty = (): Bill => ({ statements: [], written: [], objectCalls: [], queueSends: [], roundTrips: 0 });

/** Wraps an environment so that its costs are counted. */
export function counted(base: TestEnv = env): Counted {
  let bill = empty();
  const metered: Record<string, unknown> = { ...base };
  for (const [name, binding] of Object.entries(metered)) {
    if (isNamespace(binding))
      metered[name] = namespace(binding, (method) => bill.objectCalls.push(`${name}.${method}`));
    else if (isQueue(binding)) metered[name] = queue(binding, (messages) => bill.queueSends.push(messages));
    else if (isDatabase(binding)) {
      metered[name] = database(binding, {
        asked(...statements) {
          bill.roundTrips += 1;
          bill.statements.push(...statements);
        },
        changed: (sql) => bill.written.push(sql),
      });
    }
  }
  return {
    env: metered as unknown as TestEnv,
    read() {
      const read = bill;
      bill = empty();
      return read;
    },
  };
}

export interface Asked {
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Record<string, string>;
}

/** Sends a request and counts its costs. Fails when the status is not the expected one. */
export async function charge(
  meter: Counted,
  status: number,
  method: string,
  path: string,
  { body, token, headers }: Asked = {},
): Promise<{ bill: Bill; response: Response }> {
  const request = new Request(`http://caravan.test${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  meter.read();
  const response = await send(request, meter.env);
  const bill = meter.read();
  if (response.status !== status)
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return { bill, response };
}

type Method = (...args: unknown[]) => unknown;

/** An object with some methods replaced; all others are called on the original. */
function overlay<Target extends object>(target: Target, methods: Record<string, Method>): Target {
  return new Proxy(target, {
    get(original, name) {
      if (typeof name === "string" && Object.hasOwn(methods, name)) return methods[name];
      const value = Reflect.get(original, name);
      return typeof value === "function" ? (...args: unknown[]) => value.apply(original, args) : value;
    },
  });
}

interface Tell {
  asked(...statements: string[]): void;
  changed(sql: string): void;
}

const WRITES = /^\s*(insert|update|delete|replace)\b/i;

/** Notes whether a statement changed rows: by the count in its result, or by the rows that it returned. */
function noteChange(tell: Tell, sql: string, result: unknown): void {
  if (!WRITES.test(sql)) return;
  const { meta, results } = Object(result) as { meta?: { changes?: number }; results?: unknown[] };
  const rows = Array.isArray(result) ? result.length : (meta?.changes ?? results?.length ?? 0);
  if (rows > 0) tell.changed(sql);
}

interface Statement {
  readonly real: D1PreparedStatement;
  readonly sql: string;
}
/** The real statement behind each counted one: a batch needs the real ones. */
const behind = new WeakMap<object, Statement>();

function statement(real: D1PreparedStatement, sql: string, tell: Tell): D1PreparedStatement {
  const executing = Object.fromEntries(
    (["run", "all", "first", "raw"] as const).map((name): [string, Method] => [
      name,
      (...args) => {
        tell.asked(sql);
        const result = (real[name] as Method).apply(real, args) as Promise<unknown>;
        return result.then((value) => {
          noteChange(tell, sql, value);
          return value;
        });
      },
    ]),
  );
  const metered = overlay(real, {
    ...executing,
    bind: (...values) => statement(real.bind(...values), sql, tell),
  });
  behind.set(metered, { real, sql });
  return metered;
}

function database<Database extends D1Database | D1DatabaseSession>(real: Database, tell: Tell): Database {
  const methods: Record<string, Method> = {
    prepare: (sql) => statement(real.prepare(String(sql)), String(sql), tell),
    batch(statements) {
      const all = (statements as object[]).map((each) => behind.get(each) as Statement);
      tell.asked(...all.map(({ sql }) => sql));
      return real.batch(all.map((each) => each.real)).then((results) => {
        for (const [index, result] of results.entries()) noteChange(tell, all[index]?.sql ?? "", result);
        return results;
      });
    },
  };
  if ("withSession" in real) {
    methods.withSession = (constraint) => database(real.withSession(constraint as string), tell);
    methods.exec = (sql) => {
      tell.asked(String(sql));
      return real.exec(String(sql));
    };
  }
  return overlay(real, methods);
}

function namespace(real: DurableObjectNamespace, tell: (method: string) => void): DurableObjectNamespace {
  const metered = (stub: DurableObjectStub) =>
    new Proxy(stub, {
      get(original, name) {
        const value = Reflect.get(original, name);
        if (typeof value !== "function" || typeof name !== "string") return value;
        return (...args: unknown[]) => {
          tell(name);
          return (original as unknown as Record<string, Method>)[name]?.(...args);
        };
      },
    });
  return overlay(real, {
    get: (id) => metered(real.get(id as DurableObjectId)),
    getByName: (name) => metered(real.getByName(name as string)),
  });
}

function queue(real: Queue, tell: (messages: number) => void): Queue {
  return overlay(real, {
    send(message) {
      tell(1);
      return real.send(message);
    },
    sendBatch(messages) {
      const batch = [...(messages as Iterable<MessageSendRequest>)];
      tell(batch.length);
      return real.sendBatch(batch);
    },
  });
}

const has = (value: unknown, ...names: string[]): value is object =>
  typeof value === "object" && value !== null && names.every((name) => name in value);
const isNamespace = (value: unknown): value is DurableObjectNamespace =>
  has(value, "getByName", "idFromName");
const isQueue = (value: unknown): value is Queue => has(value, "send", "sendBatch");
const isDatabase = (value: unknown): value is D1Database => has(value, "prepare", "batch", "withSession");
