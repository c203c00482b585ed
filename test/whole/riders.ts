/** A client of Rideshare over real HTTP, and pictures for it. */
import { expect } from "vitest";
import { picture } from "../harness/pictures/pictures.ts";

let origin = "";
/** Where everything below is sent. */
export function useOrigin(value: string): void {
  origin = value;
}

/** Sends a request and returns status, headers, bytes and JSON body of the answer. */
export async function ask(path: string, options: RequestInit & { cookie?: string; json?: unknown } = {}) {
  const { cookie, json, ...rest } = options;
  const headers = new Headers(rest.headers);
  headers.set("accept-language", "en");
  if (cookie) headers.set("cookie", cookie);
  if (json !== undefined) headers.set("content-type", "application/json");
  const answer = await fetch(path.startsWith("http") ? path : `${origin}${path}`, {
    ...rest,
    headers,
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const isJson = answer.headers.get("content-type")?.includes("json");
  return {
    status: answer.status,
    headers: answer.headers,
    bytes,
    body: isJson ? JSON.parse(new TextDecoder().decode(bytes)) : null,
  };
}

/** Registers and signs in a person; returns the cookie. */
export async function rider(): Promise<string> {
  const email = `rider-${crypto.randomUUID()}@example.com`;
  const password = "securepassword123";
  await ask("/api/register", { method: "POST", json: { name: "Anna Ride", email, password } });
  const answer = await ask("/api/login", { method: "POST", json: { email, password } });
  if (answer.status !== 200) throw new Error(`login: ${answer.status} ${Buffer.from(answer.bytes)}`);
  return `jwt=${answer.body.jwt}`;
}

/** Creates a car post and returns its id. */
export async function newPost(cookie: string): Promise<number> {
  const words = {
    car_name: "Dacia",
    model: "Logan",
    year: "2020",
    engine: "1.0",
    fuel: "petrol",
    body: "sedan",
  };
  const more = {
    transmission: "manual",
    gear_number: "5",
    color: "white",
    seat_number: "5",
    milleage: "10000",
  };
  const rest = { power: "90", emission_standard: "Euro 6", price: "7000", contact: "me" };
  const json = { ...words, ...more, ...rest };
  const { body, status } = await ask("/api/add-carpost", { method: "POST", cookie, json });
  expect(status).toBe(200);
  return body.id;
}

/** Starts an upload for a post, of a known size if there are bytes; returns the answer's body. */
export async function started(cookie: string, post: number, bytes: Uint8Array | null, type = "image/jpeg") {
  const size = bytes ? { size: bytes.length } : {};
  const json = { file_name: "car.jpg", file_type: type, car_post_id: post, ...size };
  const { body, status } = await ask("/api/upload/direct/start", { method: "POST", cookie, json });
  expect(status).toBe(200);
  return body;
}

/** Finishes an upload and returns the answer. */
export const finish = (cookie: string, id: number) =>
  ask("/api/upload/direct/finish", { method: "POST", cookie, json: { file_id: id } });
/** Returns what the client is told of a post's picture. */
export const imageOf = async (cookie: string, post: number) =>
  (await ask(`/api/get-image-by-post-id/${post}`, { cookie })).body;
/** Sends a signed PUT without an `Origin`, which the local store refuses; returns the status. */
export const sendPut = (
  put: { url: string; headers: Record<string, string> },
  body: Uint8Array<ArrayBuffer>,
  more = {},
) =>
  fetch(put.url, { method: "PUT", headers: { ...put.headers, ...more }, body }).then(async (answer) => {
    await answer.arrayBuffer();
    return answer.status;
  });

/** Sends an upload's form from another origin and returns the answer. */
export function sendForm(
  cookie: string,
  upload: { url: string; fields: Record<string, string> },
  body: string | Uint8Array<ArrayBuffer>,
) {
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, value);
  form.append("file", new File([body], "car.jpg", { type: upload.fields["Content-Type"] ?? "" }));
  return ask(upload.url, {
    method: "POST",
    cookie,
    body: form,
    headers: { origin: "http://localhost:5173" },
  });
}

/** Runs the cron job of each minute. */
export const tick = () => ask(`/cdn-cgi/local/scheduled?cron=${encodeURIComponent("* * * * *")}`);

/** A JPEG of this size. */
export const jpeg = (size: number) => picture(size);
