/** Car posts as Rideshare's client creates and edits them: with a cookie, on paths without a slash. */
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { type CallOptions, call, type Person, person, post } from "../../../harness/api.ts";

export interface Driver extends Person {
  /** What each of its requests carries. */
  readonly with: CallOptions;
}

/** A person whose browser has the cookie. */
export async function driver(): Promise<Driver> {
  const who = await person("driver");
  return { ...who, with: { headers: { cookie: `jwt=${who.token}`, "accept-language": "en" } } };
}

export const REQUIRED = {
  car_name: "Astra",
  model: "Opel",
  year: "2015",
  engine: "1.6 CDTI",
  fuel: "diesel",
  body: "wagon",
  transmission: "manual",
  gear_number: "6",
  color: "blue",
  seat_number: "5",
  milleage: "100000",
  power: "110",
  emission_standard: "Euro 6",
  price: "7000",
};
export const NO_OPTIONS = {
  version: null,
  door_number: null,
  mpg: null,
  description: null,
  location: null,
  contact: null,
};
export const OPTIONS = {
  version: "Enjoy",
  door_number: "5",
  mpg: "60",
  description: "Чистая машина",
  location: "Bucharest",
  contact: "0700 000 000",
};

/** The keys of a post in the order in which they come. */
export const KEYS =
  "user_id,id,created_at,car_name,model,version,year,engine,fuel,body,transmission,gear_number,color,seat_number,door_number,milleage,power,mpg,description,emission_standard,location,contact,price".split(
    ",",
  );

export const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z$/);

/** A new post by the flat verb; its id. */
export async function addCar(who: Driver, changes: object = {}): Promise<number> {
  const { status, body } = await post("/api/add-carpost", { ...REQUIRED, ...changes }, who.with);
  if (status !== 200) throw new Error(`add-carpost: ${status} ${JSON.stringify(body)}`);
  return body.id;
}

/** Reads a car post and returns the answer's body. */
export const carOf = async (who: Driver, id: number) =>
  (await call("GET", `/api/get-carpost/${id}`, who.with)).body;

/** The edit form of the client: every field as text, then both parts that are called `image`. */
export function editForm(fields: Record<string, string>, picture: File | null = null): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("image", picture ? "[object FileList]" : "");
  form.append("image", picture ?? "undefined");
  return form;
}

/** Sends an edit of a car post and returns the answer. */
export const edit = (who: Driver, id: number, body: unknown) =>
  call("PUT", `/api/update-ridepost/${id}`, { body, ...who.with });

/** Returns what the client is told of a post's picture. */
export const imageOf = async (who: Driver, id: number | string) =>
  (await call("GET", `/api/get-image-by-post-id/${id}`, who.with)).body;

/** Returns the keys of the pictures of a person's posts in the bucket. */
export async function picturesOf(who: Pick<Person, "id">): Promise<string[]> {
  const { objects } = await env.BUCKET.list({ prefix: `shared/cars/${who.id}/` });
  return objects.map(({ key }) => key);
}

/** A picture by the edit form. */
export async function pictured(who: Driver, id: number, picture: File): Promise<string> {
  const { status } = await edit(who, id, editForm({}, picture));
  expect(status).toBe(200);
  return (await imageOf(who, id)).url;
}
