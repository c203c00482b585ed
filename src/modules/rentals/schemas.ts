/** The wire shape of a car post, with the clients' spelling and order. */

import { string } from "../../platform/http/input/fields.ts";
import { isoTime } from "../../platform/time.ts";
import { z } from "../../platform/zod.ts";
import type { PostFacts } from "./commands.ts";
import type { CarPost } from "./queries.ts";

/** Wire field → row field, in the clients' order. */
const FIELDS = {
  car_name: "carName",
  model: "model",
  version: "version",
  year: "year",
  engine: "engine",
  fuel: "fuel",
  body: "body",
  transmission: "transmission",
  gear_number: "gearNumber",
  color: "color",
  seat_number: "seatNumber",
  door_number: "doorNumber",
  milleage: "milleage",
  power: "power",
  mpg: "mpg",
  description: "description",
  emission_standard: "emissionStandard",
  location: "location",
  contact: "contact",
  price: "price",
} as const satisfies Record<string, keyof PostFacts>;

export const OPTIONAL_FIELDS = [
  "version",
  "door_number",
  "mpg",
  "description",
  "location",
  "contact",
] as const;

const short = () => string({ max: 255 });
/** The original has no limit; this one keeps rows small. */
const long = () => string({ max: 4000 });
const optionalShort = () => string({ max: 255, blank: true }).nullable().optional();
const optionalLong = () => string({ max: 4000, blank: true }).nullable().optional();

export const NewPost = z
  .object({
    car_name: short(),
    model: short(),
    version: optionalShort(),
    year: short(),
    engine: short(),
    fuel: short(),
    body: short(),
    transmission: short(),
    gear_number: long(),
    color: short(),
    seat_number: long(),
    door_number: optionalLong(),
    milleage: long(),
    power: long(),
    mpg: optionalLong(),
    description: optionalShort(),
    emission_standard: short(),
    location: optionalShort(),
    contact: optionalShort(),
    price: long(),
  })
  .openapi("NewCarPost");

export const PostChange = NewPost.partial().openapi("CarPostChange");

export const PostWire = z
  .object({
    user_id: z.number().int(),
    id: z.number().int(),
    created_at: z.string(),
    car_name: z.string(),
    model: z.string(),
    version: z.string().nullable(),
    year: z.string(),
    engine: z.string(),
    fuel: z.string(),
    body: z.string(),
    transmission: z.string(),
    gear_number: z.string(),
    color: z.string(),
    seat_number: z.string(),
    door_number: z.string().nullable(),
    milleage: z.string(),
    power: z.string(),
    mpg: z.string().nullable(),
    description: z.string().nullable(),
    emission_standard: z.string(),
    location: z.string().nullable(),
    contact: z.string().nullable(),
    price: z.string(),
  })
  .openapi("CarPost");

export function toPostWire(post: CarPost): z.input<typeof PostWire> {
  return {
    user_id: post.userId,
    id: post.id,
    created_at: isoTime(post.createdAt),
    car_name: post.carName,
    model: post.model,
    version: post.version,
    year: post.year,
    engine: post.engine,
    fuel: post.fuel,
    body: post.body,
    transmission: post.transmission,
    gear_number: post.gearNumber,
    color: post.color,
    seat_number: post.seatNumber,
    door_number: post.doorNumber,
    milleage: post.milleage,
    power: post.power,
    mpg: post.mpg,
    description: post.description,
    emission_standard: post.emissionStandard,
    location: post.location,
    contact: post.contact,
    price: post.price,
  };
}

/** A complete body as a row; missing optional fields become null. */
export function toPostFacts(body: z.output<typeof NewPost>): PostFacts {
  return {
    carName: body.car_name,
    model: body.model,
    version: body.version ?? null,
    year: body.year,
    engine: body.engine,
    fuel: body.fuel,
    body: body.body,
    transmission: body.transmission,
    gearNumber: body.gear_number,
    color: body.color,
    seatNumber: body.seat_number,
    doorNumber: body.door_number ?? null,
    milleage: body.milleage,
    power: body.power,
    mpg: body.mpg ?? null,
    description: body.description ?? null,
    emissionStandard: body.emission_standard,
    location: body.location ?? null,
    contact: body.contact ?? null,
    price: body.price,
  };
}

/** Only the fields of a partial body. */
export function toPostChange(body: z.output<typeof PostChange>): Partial<PostFacts> {
  const named = Object.entries(FIELDS).filter(([field]) => body[field as keyof typeof FIELDS] !== undefined);
  return Object.fromEntries(named.map(([field, column]) => [column, body[field as keyof typeof FIELDS]]));
}
