/** Turns constraint errors of the database into errors of the API. */
import { getTableName } from "drizzle-orm";
import { says } from "../../../platform/db/client.ts";
import { invalid, type Refusal, refuse } from "../../../platform/http/errors.ts";
import { text } from "../../../platform/http/text.ts";
import type { Resource } from "../../../platform/resources/resource.ts";
import { storesOf } from "./wire.ts";

const TAKEN = text("A record with this value already exists.", "Такое значение уже есть.");
const DANGLING = text("This refers to a record that does not exist.", "Указано то, чего не существует.");
const INCOMPATIBLE = text("These values don't go together.", "Эти значения несовместимы.");

const LAST = text(
  "There must be one administrator: staff in no group.",
  "Должен остаться хотя бы один администратор — персонал вне групп.",
);

/** Runs `work` and turns constraint errors into validation errors. */
export async function mapConstraintErrors<T>(
  resource: Resource,
  work: () => Promise<T>,
  dangling: Refusal = invalid({ non_field_errors: DANGLING }),
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (says(error, "UNIQUE constraint failed")) throw invalid({ [clashOf(resource, error)]: TAKEN });
    if (says(error, "FOREIGN KEY constraint failed")) throw dangling;
    if (says(error, "CHECK constraint failed")) throw invalid({ non_field_errors: INCOMPATIBLE });
    if (says(error, "last_administrator")) throw refuse(409, LAST);
    throw error;
  }
}

/** The field whose column violated the constraint. */
function clashOf(resource: Resource, error: unknown): string {
  const declared = Object.entries(resource.clashes ?? {}).find(([column]) => says(error, column));
  if (declared) return declared[1];
  const own = Object.entries(resource.fields).find(([, field]) =>
    storesOf(field).some(({ column }) => says(error, `failed: ${getTableName(column.table)}.${column.name}`)),
  );
  return own?.[0] ?? "non_field_errors";
}
