/** Types of tickets as the API returns them. */
import { call } from "../session.ts";

export interface PersonWire {
  readonly id: number;
  readonly username: string;
  readonly first_name?: string;
  readonly last_name?: string;
  readonly user_type?: string;
}

export interface MessageWire {
  readonly id: string;
  readonly author: PersonWire;
  readonly body: string;
  readonly is_internal: boolean;
  readonly created_at: string;
}

export interface TicketWire {
  readonly id: string;
  readonly author: PersonWire;
  readonly subject: string;
  readonly status: string;
  readonly priority: string;
  readonly related_order: string | null;
  readonly assigned_to: PersonWire | null;
  readonly last_message_at: string;
  readonly created_at: string;
  readonly messages: readonly MessageWire[];
}

export function nameOf({ first_name, last_name, username }: PersonWire): string {
  return [first_name, last_name].filter(Boolean).join(" ") || username;
}

const path = (id: string) => `/api/v1/support/tickets/${id}/`;

export const readTicket = (id: string, signal?: AbortSignal) => call<TicketWire>("GET", path(id), { signal });
export const changeTicket = (id: string, change: object) => call("PATCH", path(id), { body: change });
export const answer = (id: string, body: string, isInternal: boolean) =>
  call("POST", `${path(id)}messages/`, { body: { body, is_internal: isInternal } });
