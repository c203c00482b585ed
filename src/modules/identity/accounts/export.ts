/** Exports all data of an account as one JSON file. */

import { notFound } from "../../../platform/http/errors.ts";
import { objectText, streamResponse } from "../../../platform/http/responses/stream.ts";
import { type Route, route } from "../../../platform/http/route.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { mediaUrl } from "../../../platform/storage/media.ts";
import { z } from "../../../platform/zod.ts";
import { listKeys } from "../api-keys/queries.ts";
import { readFactors } from "../factors/queries.ts";
import { listDevices } from "../sessions/sessions.ts";
import { formerOf } from "./contacts.ts";
import { findProfile } from "./queries.ts";

/** One module's part of the file. Long lists are a `LongList`, which is streamed. */
export type Exporter = (ctx: RequestContext, userId: number) => Promise<object>;

/** Identity's part of the export. */
export async function exportAccount(ctx: RequestContext, userId: number): Promise<object> {
  const found = await findProfile(ctx, userId);
  if (!found) throw notFound();
  const { passwordHash: _, usernameKey: __, ...account } = found.user;
  const profile = { birthday: found.birthday, avatar: mediaUrl(ctx, found.avatarKey) };
  const devices = await listDevices(ctx, userId);
  const former = await formerOf(ctx, userId);
  const { totp, passkeys, codesLeft } = await readFactors(ctx, userId);
  const keys = await listKeys(ctx, userId);
  return {
    account,
    profile,
    // The file calls the client profile `door`, as the column does.
    sessions: devices.map(({ id, client, ...device }) => ({ id, door: client, ...device })),
    former_contacts: former.map(({ kind, value, createdAt, expiresAt }) => ({
      kind,
      value,
      createdAt,
      expiresAt,
    })),
    api_keys: keys,
    second_factors: { totp, passkeys, recovery_codes_left: codesLeft },
  };
}

/** `GET /api/v1/users/me/export/`. Every module that stores personal data provides an exporter. */
export function exportRoute(exporters: readonly Exporter[]): Route {
  return route({
    method: "get",
    path: "/api/v1/users/me/export",
    tag: "Accounts",
    summary: "Download all data of the account",
    access: "signedIn",
    responses: { 200: z.record(z.string(), z.unknown()) },
    async handle({ ctx, caller }) {
      const parts = await Promise.all(exporters.map((exporter) => exporter(ctx, caller.userId)));
      return streamResponse(objectText(Object.assign({}, ...parts)), {
        "Content-Type": "application/json",
        "Content-Disposition": 'attachment; filename="caravan-export.json"',
      });
    },
  });
}
