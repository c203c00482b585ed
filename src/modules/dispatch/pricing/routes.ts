/** `POST /api/v1/weather/` and `POST /api/v1/pricing/estimate/`, for the app's start page. */

import { fromHundredths } from "../../../platform/decimal.ts";
import { invalid } from "../../../platform/http/errors.ts";
import { latitude, longitude } from "../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { z } from "../../../platform/zod.ts";
import { decimalField, keyField, noSuchKey } from "../fleet/fields.ts";
import { type Estimate, estimate } from "./queries.ts";
import { weatherAt } from "./weather/queries.ts";
import type { Weather } from "./weather/rules.ts";

const tag = "Fleet";

const Place = z.object({ latitude: latitude(), longitude: longitude() });
const Raw = z.record(z.string(), z.unknown()).openapi({ description: "The provider's answer as it came." });

const WeatherWire = z
  .object({
    provider: z.string().nullable(),
    condition: z.string().nullable(),
    temperature: z.number().nullable().openapi({ description: "Degrees Celsius." }),
    feels_like: z.number().nullable(),
    wind_speed: z.number().nullable().openapi({ description: "Metres a second." }),
    pressure_mm: z.number().nullable().openapi({ description: "Millimetres of mercury." }),
    raw: Raw,
  })
  .openapi("Weather");

function toWeatherWire(weather: Weather): z.input<typeof WeatherWire> {
  return {
    provider: weather.provider,
    condition: weather.condition,
    temperature: weather.temperature,
    feels_like: weather.feelsLike,
    wind_speed: weather.windSpeed,
    pressure_mm: weather.pressure,
    raw: weather.raw,
  };
}

const weather = route({
  method: "post",
  path: "/api/v1/weather",
  tag,
  summary: "Read the weather at a place",
  description: "The place is rounded to a tenth of a degree. All fields are null when no provider answers.",
  access: "signedIn",
  body: Place.openapi("WeatherRequest"),
  responses: { 200: WeatherWire },
  handle: async ({ ctx, body }) => respond(200, toWeatherWire(await weatherAt(ctx, body))),
});

const EstimateWire = z
  .object({
    price: z.string(),
    currency: z.literal("RUB"),
    breakdown: z.object({
      base_price: z.string(),
      distance_component: z.string(),
      multiplier: z.string(),
      distance_km: z.string(),
      weather: Raw,
    }),
  })
  .openapi("Estimate");

function toEstimateWire(made: Estimate): z.input<typeof EstimateWire> {
  return {
    price: fromHundredths(made.price),
    currency: "RUB",
    breakdown: {
      base_price: fromHundredths(made.tariff.basePrice),
      distance_component: fromHundredths(made.distanceComponent),
      multiplier: fromHundredths(made.weather.multiplier),
      distance_km: fromHundredths(made.distance),
      weather: made.weather.raw,
    },
  };
}

const price = route({
  method: "post",
  path: "/api/v1/pricing/estimate",
  tag,
  summary: "Estimate the price of a tow",
  description: "(Base price + rate × kilometres) × the weather's multiplier, rounded half up to the kopeck.",
  access: "signedIn",
  body: Place.extend({
    vehicle_type: keyField(),
    distance_km: decimalField({ digits: 6, min: 1 }).openapi({ example: "12.35" }),
  }).openapi("EstimateRequest"),
  responses: { 200: EstimateWire },
  async handle({ ctx, body }) {
    const { vehicle_type: vehicleTypeId, distance_km: distance, ...place } = body;
    const made = await estimate(ctx, { vehicleTypeId, distance, ...place });
    if (!made) throw invalid({ vehicle_type: noSuchKey(vehicleTypeId) });
    return respond(200, toEstimateWire(made));
  },
});

export const weatherRoutes: readonly Route[] = [weather, price];
