/** The playground's event: made, read, changed and deleted through the API. */
import { type Account, type Caravan, type DataOf, isCaravanError } from "@caravan/client";

export type EventWire = DataOf<"/api/v1/events/{id}/", "get">;

/** What the form edits; `start_date` is ISO 8601. */
export interface EventFields {
  readonly name: string;
  readonly address: string;
  readonly start_date: string;
}

const HOUR = 3_600_000;
const fieldsOf = ({ start_date, ...fields }: EventFields) => ({
  ...fields,
  start_date,
  end_date: new Date(Date.parse(start_date) + 2 * HOUR).toISOString(),
});

/** Makes an event of two hours, tomorrow, with these people in it. Returns its id. */
export async function createEvent(
  { api }: Caravan,
  names: Pick<EventFields, "name" | "address"> & { readonly description: string },
  members: readonly Account[],
): Promise<number> {
  const hour = Math.ceil(Date.now() / HOUR) * HOUR;
  const { id } = await api.POST("/api/v1/events/", {
    body: {
      ...fieldsOf({ ...names, start_date: new Date(hour + 24 * HOUR).toISOString() }),
      description: names.description,
      event_type: "ride",
      members: members.map(({ id }) => ({ id })),
    },
  });
  return id;
}

export async function changeEvent({ api }: Caravan, id: number, fields: EventFields): Promise<void> {
  await api.PATCH("/api/v1/events/{id}/", { params: { path: { id } }, body: fieldsOf(fields) });
}

export async function deleteEvent({ api }: Caravan, id: number): Promise<void> {
  await api.DELETE("/api/v1/events/{id}/", { params: { path: { id } } });
}

/** Null for an event that is gone. */
export async function readEvent({ api }: Caravan, id: number): Promise<EventWire | null> {
  try {
    return await api.GET("/api/v1/events/{id}/", { params: { path: { id } } });
  } catch (error) {
    if (isCaravanError(error) && error.status === 404) return null;
    throw error;
  }
}

export const later = (iso: string) => new Date(Date.parse(iso) + HOUR).toISOString();
