/** Development only: the mail outbox and the sample data. Not mounted in other environments. */

import { desc, inArray, sql } from "drizzle-orm";
import { templates } from "./jobs.ts";
import { foldEmail } from "./modules/identity/index.ts";
import { outbox } from "./platform/db/tables.ts";
import { page } from "./platform/http/pages/page.tsx";
import { type Route, respond, route } from "./platform/http/route.ts";
import { isLocalOutbox, letterOf } from "./platform/mail/mail.ts";
import type { RequestContext, Runtime } from "./platform/runtime.ts";
import { isoTime } from "./platform/time.ts";
import { z } from "./platform/zod.ts";
import { loadSamples, SAMPLE_LOGINS } from "./samples.ts";

const tag = "Development";

export function developmentRoutes(runtime: Runtime): readonly Route[] {
  if (runtime.settings.environment !== "development") return [];
  return isLocalOutbox(runtime) ? [outboxJson, outboxPage, ...samples] : samples;
}

/** An address in its stored form; a phone gets back the plus, which a query string decodes to a space. */
function normalizedAddress(words: string | undefined): string | undefined {
  const to = words && foldEmail(words);
  return to && /^\d{7,15}$/.test(to) ? `+${to}` : to;
}

/** Newest first; `words` filters by one address or phone. */
async function readOutbox(ctx: RequestContext, words: string | undefined, limit: number) {
  const to = normalizedAddress(words);
  const rows = await ctx.db
    .select()
    .from(outbox)
    .where(
      to
        ? sql`${outbox.address} = ${to} AND ${outbox.kind} IN ('mail', 'sms')`
        : inArray(outbox.kind, ["mail", "sms"]),
    )
    .orderBy(desc(outbox.createdAt), desc(outbox.id))
    .limit(limit);
  return rows.map((row) => {
    const letter = letterOf(row, templates);
    return {
      id: row.id,
      to: row.address,
      subject: letter?.subject ?? "",
      text: letter?.text ?? "",
      html: letter?.html ?? "",
      links: [...(letter?.links ?? [])],
      codes: [...(letter?.codes ?? [])],
      attachments: letter?.attachments ?? [],
      headers: letter?.headers ?? {},
      status: row.status,
      created_at: isoTime(row.createdAt),
    };
  });
}

const outboxJson = route({
  method: "get",
  path: "/dev/outbox.json",
  tag,
  summary: "List mails and messages, newest first",
  access: "public",
  hidden: true,
  query: z.object({ to: z.string().optional() }),
  responses: { 200: z.array(z.unknown()) },
  handle: async ({ ctx, query }) => respond(200, await readOutbox(ctx, query.to, 500)),
});

const outboxPage = route({
  method: "get",
  path: "/dev/outbox",
  tag,
  summary: "Show the outbox",
  access: "public",
  hidden: true,
  query: z.object({ to: z.string().optional() }),
  responses: {},
  async handle({ ctx, query }) {
    const letters = await readOutbox(ctx, query.to, 100);
    return page(
      { title: "Outbox · Caravan", locale: "en" },
      <main>
        <nav>
          <a href="/">Caravan</a> / Outbox
        </nav>
        <h1>Outbox</h1>
        <p class="quiet">Mails and messages stay on this machine. Newest first.</p>
        <form class="inline" method="get">
          <input
            type="search"
            name="to"
            placeholder="address or phone"
            value={query.to ?? ""}
            aria-label="Address or phone"
          />
          <button type="submit">Filter</button>
        </form>
        {letters.length === 0 ? <p>Nothing here yet.</p> : null}
        {letters.map((letter) => (
          <article class="letter">
            <header>
              <strong>{letter.subject}</strong>
              <span class={`status ${letter.status}`}>{letter.status}</span>
            </header>
            <p class="quiet">
              to {letter.to} · {letter.created_at.replace("T", " ").slice(0, 19)} UTC
            </p>
            <pre>{letter.text}</pre>
            {letter.attachments.map(({ name, type, content }) => (
              <p>
                <a download={name} href={`data:${type.replaceAll(" ", "")},${encodeURIComponent(content)}`}>
                  {name}
                </a>
              </p>
            ))}
            {letter.links.map((link) => (
              <p>
                <a href={link}>{link}</a>
              </p>
            ))}
          </article>
        ))}
      </main>,
    );
  },
});

const samplePeople = route({
  method: "get",
  path: "/dev/samples",
  tag,
  summary: "List the sample logins",
  access: "public",
  hidden: true,
  responses: { 200: z.object({ logins: z.array(z.unknown()) }) },
  handle: async () =>
    respond(200, {
      logins: SAMPLE_LOGINS.map(({ username, email, phone, password, userType, isStaff }) => ({
        username,
        email,
        phone,
        password,
        user_type: userType,
        is_staff: isStaff,
      })),
    }),
});

const samples = [
  samplePeople,
  route({
    method: "post",
    path: "/dev/samples",
    tag,
    summary: "Load the sample data, once",
    access: "public",
    hidden: true,
    responses: { 200: z.object({ loaded: z.array(z.string()) }) },
    handle: async ({ ctx }) => respond(200, { loaded: await loadSamples(ctx) }),
  }),
] as const;
