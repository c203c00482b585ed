/** Input fields of an event that API and console share. */
import { integer } from "../../platform/http/input/fields.ts";
import { z } from "../../platform/zod.ts";
import { LONGEST_LEAD, MOST_LEADS } from "./rules.ts";

/** Reminder leads in minutes; a form's single field is one. The value is in its stored form: each once, the longest first. */
export const reminderLeads = () =>
  z
    .preprocess(
      (value) => (typeof value === "string" || typeof value === "number" ? [value] : value),
      z.array(integer({ min: 1, max: LONGEST_LEAD })).max(MOST_LEADS),
    )
    .transform((leads): readonly number[] => [...new Set(leads)].sort((a, b) => b - a));
