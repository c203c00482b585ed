/** The log of requests as a resource: found by the id that every response names in `X-Request-Id`. */
import { and, eq, gte, lte, type SQL } from "drizzle-orm";
import { loggedRequests, requestLog } from "../../../platform/db/tables.ts";
import { integer, string } from "../../../platform/http/input/fields.ts";
import { text } from "../../../platform/http/text.ts";
import { orderedIdAt, timeOfRequest } from "../../../platform/ids.ts";
import { field, NOTHING, READ, resource } from "../../../platform/resources/resource.ts";

const REQUEST = text("Request", "Запрос");
const STATUS = text("Status from", "Статус от");

/** A row is written some seconds after the answer, and an answer takes no longer than this. Milliseconds. */
const LONGEST = 15 * 60_000;

/** Its id says when the request came, and so which few rows may hold it. */
function withId(id: string): SQL | undefined {
  const at = timeOfRequest(id);
  const near =
    at === null
      ? undefined
      : and(
          gte(loggedRequests.packed, orderedIdAt(at)),
          lte(loggedRequests.packed, orderedIdAt(at + LONGEST)),
        );
  return and(near, eq(loggedRequests.requestId, id.toLowerCase()));
}

export const requestLogResource = resource({
  name: "request-log",
  subject: "request",
  label: text("Requests of the last day", "Запросы за сутки"),
  group: "system",
  table: requestLog,
  view: loggedRequests,
  key: [loggedRequests.packed, loggedRequests.number],
  title: "request_id",
  fields: {
    at: field.instant(loggedRequests.at, text("When", "Когда")),
    method: field.text(loggedRequests.method, text("Method", "Метод")),
    place: field.text(loggedRequests.place, text("Route", "Маршрут")),
    status: field.integer(loggedRequests.status, text("Status", "Статус")),
    took: field.integer(loggedRequests.took, text("Took", "Заняло"), { unit: "millisecond" }),
    user: field.reference("users", loggedRequests.userId, text("Who", "Кто")),
    request_id: field.text(loggedRequests.requestId, REQUEST),
  },
  search: [loggedRequests.requestId, loggedRequests.place],
  filters: [
    {
      name: "request_id",
      type: "text",
      label: REQUEST,
      parse: string({ max: 100 }),
      when: (id: string) => withId(id),
    },
    {
      name: "status_from",
      type: "integer",
      label: STATUS,
      parse: integer({ min: 1, max: 599 }),
      when: (status: number) => gte(loggedRequests.status, status),
    },
    "method",
    "user",
  ],
  // Rows are in the order of time.
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: READ },
});
