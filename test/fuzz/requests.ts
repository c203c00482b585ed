/** Seeded random requests to every documented route, as every role, about the resources of the authorization matrix. */
import { env } from "cloudflare:workers";
import { table } from "../authorization/table.ts";
import { newPerson, type Person, ROLES, type Role } from "../authorization/world.ts";
import { send, type TestEnv } from "../harness/api.ts";
import { counted } from "../harness/counting/counted.ts";
import { type RandomSource, type Shape, Values } from "./values.ts";

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: Shape }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Shape }>> };
}
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Shape>> };
}

export interface Outcome {
  readonly statuses: Record<string, number>;
  /** What must not be: an answer of 500 or more, a hang, rows written by what was refused. */
  readonly faults: string[];
  /** Requests that were taken and changed rows. */
  writes: number;
}

/** Longer than this without an answer is a hang, also on a busy machine. Ms. */
const PATIENCE = 20_000;
/** Requests to one thing before the next is made. */
const ROUND = 8;

/** Tables in which a refusal leaves a trace on purpose: guesses are counted, keys reserved and freed, sessions end. */
const TRACES = new Set(["idempotency_keys", "sessions", "verifications", "outbox", "audit_log"]);

/** Sends `count` requests. */
export async function fuzzRequests(
  document: Document,
  random: RandomSource,
  count: number,
): Promise<Outcome> {
  const outcome: Outcome = { statuses: {}, faults: [], writes: 0 };
  const values = new Values(random, document.components.schemas);
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const rows = new Map(
    Object.entries(table).map(([name, row]) => [`${name.replace(/:(\w+)(\{[^}]+\})?/g, "{$1}")}/`, row]),
  );
  const meter = counted();
  const start = random.below(operations.length);
  for (let sent = 0, at = start; sent < count; at++) {
    const { path, method, operation } = operations[at % operations.length] as (typeof operations)[number];
    const owner = await newPerson("owner");
    const callers = await Promise.all(ROLES.map((role) => callerAs(role, owner)));
    const { path: real = path, body } = (await rows.get(`${method} ${path}`)?.ask?.(owner)) ?? {};
    for (let turn = 0; turn < ROUND && sent < count; turn++, sent++) {
      const token = random.chance(0.4) ? owner.token : random.one(callers);
      const request = requestOf(
        values,
        method,
        random.chance(0.15) ? filled(values, path) : real,
        operation,
        body,
        token,
      );
      await tell(outcome, meter, request, `${method} ${path} #${sent}`);
    }
  }
  return outcome;
}

async function callerAs(role: Role, owner: Person): Promise<string | null> {
  if (role === "anonymous") return null;
  return role === "owner" ? owner.token : (await newPerson(role)).token;
}

async function tell(
  outcome: Outcome,
  meter: ReturnType<typeof counted>,
  request: Request,
  name: string,
): Promise<void> {
  const { statuses, faults } = outcome;
  const shown = `${name} ${request.url.slice(0, 200)}`;
  meter.read();
  const answer = await within(PATIENCE, answered(request, meter.env));
  if (answer === null) return void faults.push(`${shown}: no answer`);
  statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
  if (answer.status >= 500) faults.push(`${shown}: ${answer.status} ${answer.words.slice(0, 200)}`);
  const written = meter.read().written.filter((sql) => !TRACES.has(tableOf(sql)));
  if (answer.status < 400 && written.length > 0) outcome.writes += 1;
  if (answer.status >= 400 && written.length > 0)
    faults.push(`${shown}: refused with ${answer.status}, and wrote ${written.join("; ").slice(0, 300)}`);
}

async function answered(request: Request, environment: TestEnv = env) {
  const response = await send(request, environment);
  return { status: response.status, words: response.webSocket ? "" : await response.text() };
}

/** What `work` comes to; null when it takes longer than `ms`. The runtime takes ten thousand waiting timers at most. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function tableOf(sql: string): string {
  return /(?:insert\s+(?:or\s+\w+\s+)?into|update|delete\s+from)\s+["`]?(\w+)/i.exec(sql)?.[1] ?? "";
}

function filled(values: Values, path: string): string {
  return path.replace(/\{\w+\}/g, () => encodeURIComponent(String(values.anything()).toWellFormed()) || "0");
}

const TYPES = [
  "text/plain",
  "application/json",
  "multipart/form-data; boundary=x",
  "application/x-www-form-urlencoded",
];

function requestOf(
  values: Values,
  method: string,
  path: string,
  operation: Operation,
  plausible: unknown,
  token: string | null,
): Request {
  const { random } = values;
  const url = new URL(path, "http://caravan.test");
  for (const { name, in: place, schema } of operation.parameters ?? [])
    if (place === "query" && random.chance(0.4))
      url.searchParams.append(name, String(values.of(schema)).toWellFormed());
  const headers = new Headers({ "accept-language": random.one(["ru", "en", "*"]) });
  if (token) headers.set("authorization", `Bearer ${token}`);
  if (random.chance(0.1)) headers.set("idempotency-key", random.one(["a", "b", "x y"]));
  if (random.chance(0.1)) headers.set("if-match", random.one(["*", '"x"', "x"]));
  return new Request(url, {
    method,
    headers,
    redirect: "manual",
    ...(method === "GET" ? {} : bodyOf(values, operation, plausible, headers)),
  });
}

function bodyOf(
  values: Values,
  operation: Operation,
  plausible: unknown,
  headers: Headers,
): { body?: BodyInit } {
  const { random } = values;
  if (random.chance(0.04)) {
    headers.set("content-type", random.one(TYPES));
    return { body: random.one(["{", "--x\r\n", "a=b&&=", "\u0000", "[1,2"]) };
  }
  const content = operation.requestBody?.content ?? {};
  const [kind] = Object.keys(content).length > 0 ? [random.one(Object.keys(content))] : [undefined];
  const made = kind === undefined ? undefined : values.of(content[kind]?.schema);
  if (plausible instanceof FormData) return { body: plausible };
  const value = plausible === undefined || random.chance(0.5) ? made : mixed(values, plausible, made);
  if (value === undefined) return {};
  if (kind === "multipart/form-data" && isRecord(value)) return { body: formOf(value) };
  if (kind === "application/x-www-form-urlencoded" && isRecord(value))
    return { body: new URLSearchParams(Object.entries(value).map(([name, inner]) => [name, wordOf(inner)])) };
  headers.set("content-type", "application/json");
  return { body: JSON.stringify(value) };
}

/** What would pass, with a few of its fields as the schema or chance has them. */
function mixed(values: Values, plausible: unknown, made: unknown): unknown {
  if (!isRecord(plausible) || values.random.chance(0.3)) return plausible;
  const changed = Object.entries(Object(made)).filter(() => values.random.chance(0.4));
  return { ...plausible, ...Object.fromEntries(changed) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const wordOf = (value: unknown) =>
  (typeof value === "object" && value !== null ? JSON.stringify(value) : String(value)).toWellFormed();

function formOf(fields: Record<string, unknown>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields))
    for (const each of Array.isArray(value) ? value : [value])
      if (each instanceof File) form.append(name, each);
      else form.append(name, wordOf(each));
  return form;
}
