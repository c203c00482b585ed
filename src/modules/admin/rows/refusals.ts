/** What the database refuses, in the words of the dialect. */
import { getTableName } from "drizzle-orm";
import { says } from "../../../platform/db/client.ts";
import { invalid, type Refusal } from "../../../platform/http/errors.ts";
import { text } from "../../../platform/http/text.ts";
import type { Resource } from "../../../platform/resources/resource.ts";
import { storesOf } from "./wire.ts";

const TAKEN = text("There is one with this value already.", "Такое значение уже есть.");
const NOWHERE = text("It names something that does not exist.", "Указано то, чего не существует.");
const IMPOSSIBLE = text("These values don't go together.", "Эти значения несовместимы.");

/** Turns what the database refuses into what is wrong with the request. */
export async function refusing<T>(
  resource: Resource,
  work: () => Promise<T>,
  dangling: Refusal = invalid({ non_field_errors: NOWHERE }),
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (says(error, "UNIQUE constraint failed")) throw invalid({ [clashOf(resource, error)]: TAKEN });
    if (says(error, "FOREIGN KEY constraint failed")) throw dangling;
    if (says(error, "CHECK constraint failed")) throw invalid({ non_field_errors: IMPOSSIBLE });
    throw error;
  }
}

/** The field that holds the column whose constraint failed. */
function clashOf(resource: Resource, error: unknown): string {
  const declared = Object.entries(resource.clashes ?? {}).find(([column]) => says(error, column));
  if (declared) return declared[1];
  const own = Object.entries(resource.fields).find(([, field]) =>
    storesOf(field).some(({ column }) => says(error, `failed: ${getTableName(column.table)}.${column.name}`)),
  );
  return own?.[0] ?? "non_field_errors";
}
