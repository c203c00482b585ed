/** Console resources for the outbox and background jobs. */
import { eq, sql } from "drizzle-orm";
import { requeue } from "../../../platform/db/claims.ts";
import { enqueue } from "../../../platform/db/enqueue.ts";
import { commit } from "../../../platform/db/outbox.ts";
import { mailSuppressions, outbox } from "../../../platform/db/tables.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { refuse } from "../../../platform/http/errors.ts";
import { boolean } from "../../../platform/http/input/fields.ts";
import { text } from "../../../platform/http/text.ts";
import {
  type Audit,
  field,
  READ,
  REMOVE,
  resource,
  type Subject,
} from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { exportAddress, hasFile } from "../exports/files.ts";
import { canRetry, isStuck, retryJob, stopJob } from "../jobs/actions.ts";
import { roomResource } from "../rooms/resources.ts";
import { storageResource } from "../storage/resources.ts";
import { adminJobs } from "../tables.ts";
import { requestLogResource } from "./request-log.ts";

const NOT_DEAD = text(
  "Only messages that failed for good can be sent again.",
  "Повторно отправить можно только то, что окончательно не доставлено.",
);

/** Letters are shown as letters, without their secrets (`outbox/letter-route.ts`); here is only which one it is. */
const payload = sql`CASE WHEN outbox.kind = 'sms' OR outbox.payload ->> 'secret' THEN '{"masked":true}'
  WHEN outbox.kind = 'mail' THEN json_object('template', outbox.payload ->> 'template', 'locale', outbox.payload ->> 'locale')
  ELSE outbox.payload END`.mapWith(JSON.parse);

const outboxResource = resource({
  name: "outbox",
  subject: "outbox",
  label: text("Outbox", "Исходящие"),
  group: "system",
  table: outbox,
  key: [outbox.id],
  title: "address",
  fields: {
    kind: field.text(outbox.kind, text("Kind", "Вид"), { coded: true }),
    address: field.text(outbox.address, text("To", "Кому")),
    status: field.choice(outbox.status, text("State", "Состояние")),
    attempts: field.integer(outbox.attempts, text("Attempts", "Попыток")),
    last_error: field.text(outbox.lastError, text("Last error", "Последняя ошибка")),
    created_at: field.instant(outbox.createdAt, text("Created", "Создано")),
    next_attempt_at: field.instant(outbox.nextAttemptAt, text("Next attempt", "Следующая попытка")),
    sent_at: field.instant(outbox.sentAt, text("Sent", "Отправлено")),
    payload: field.json(payload, text("Content", "Содержимое"), { list: false, staffOnly: true }),
  },
  search: [outbox.address, outbox.lastError],
  phones: [outbox.address],
  filters: ["status", "kind", "created_at"],
  // Ids are in the order of time.
  sort: { field: "id", order: "desc" },
  rights: { operator: READ, staff: REMOVE },
  furtherRights: { letter: text("Read letters and messages", "Читать письма и сообщения") },
  removable: eq(outbox.status, "dead"),
  actions: {
    resend: {
      label: text("Send again", "Отправить снова"),
      roles: ["operator", "staff"],
      bulk: true,
      isPossible: ({ status }) => status === "dead",
      run: resend,
    },
  },
});

async function resend(ctx: RequestContext, _: Caller, { id, row }: Subject, audit: Audit): Promise<null> {
  const entry = audit("resend", { status: row.status }, { status: "pending" });
  const revived = await commit(ctx, requeue(ctx.db, [id], ctx.now()), [], [entry]);
  if (!revived) throw refuse(409, NOT_DEAD);
  ctx.defer("outbox.enqueue", enqueue(ctx.runtime.queue, [id]));
  return null;
}

const addressOwner = sql<number | null>`(SELECT id FROM users WHERE email = mail_suppressions.address)`;

/** Deleting a row lets letters go to the address again. */
const suppressionResource = resource({
  name: "mail-suppressions",
  subject: "mail_suppression",
  label: text("Addresses without letters", "Адреса без писем"),
  group: "system",
  table: mailSuppressions,
  key: [mailSuppressions.address, mailSuppressions.reason],
  title: "address",
  fields: {
    address: field.text(mailSuppressions.address, text("Address", "Адрес")),
    reason: field.choice(mailSuppressions.reason, text("Why", "Почему")),
    user: field.reference("users", addressOwner, text("Person", "Пользователь")),
    detail: field.text(mailSuppressions.detail, text("The mail server said", "Ответ почтового сервера")),
    created_at: field.instant(mailSuppressions.createdAt, text("Since", "С какого времени")),
  },
  search: [mailSuppressions.address],
  filters: ["reason", "created_at"],
  sort: { field: "created_at", order: "desc" },
  rights: { operator: READ, staff: REMOVE },
});

const jobResource = resource({
  name: "jobs",
  subject: "job",
  label: text("Background jobs", "Фоновые задания"),
  group: "system",
  table: adminJobs,
  key: [adminJobs.id],
  title: "action",
  fields: {
    resource: field.text(adminJobs.resource, text("What", "Что"), { coded: true }),
    action: field.text(adminJobs.action, text("Action", "Действие"), { coded: true }),
    state: field.choice(adminJobs.state, text("State", "Состояние")),
    is_stuck: field.boolean(isStuck, text("Stuck", "Застряло")),
    total: field.integer(adminJobs.total, text("Total", "Всего")),
    done: field.integer(adminJobs.done, text("Done", "Сделано")),
    failed: field.integer(adminJobs.failed, text("Failed", "Не удалось")),
    failures: field.json(adminJobs.failures, text("Reasons", "Причины"), { list: false }),
    actor: field.reference("users", adminJobs.actorId, text("Who", "Кто")),
    created_at: field.instant(adminJobs.createdAt, text("Started", "Начато")),
    updated_at: field.instant(adminJobs.updatedAt, text("Last step", "Последний шаг")),
  },
  search: [],
  filters: [
    "state",
    "resource",
    "actor",
    "created_at",
    {
      name: "is_stuck",
      type: "boolean",
      label: text("Stuck", "Застряло"),
      parse: boolean(),
      when: (stuck: boolean) => (stuck ? isStuck : sql`NOT ${isStuck}`),
    },
  ],
  sort: { field: "created_at", order: "desc" },
  rights: { operator: READ, staff: READ },
  actions: {
    download: {
      label: text("Download", "Скачать"),
      roles: ["operator", "staff"],
      isPossible: (row, caller) => hasFile(row) && row.actor === caller.userId,
      run: exportAddress,
    },
    retry: {
      label: text("Start again", "Запустить снова"),
      roles: ["operator", "staff"],
      bulk: true,
      isPossible: canRetry,
      run: retryJob,
    },
    stop: {
      label: text("Stop the job", "Остановить задание"),
      confirm: text(
        "What it has done stays done. The rest can be done later by starting it again.",
        "Сделанное останется. Остальное можно доделать, запустив задание снова.",
      ),
      keep: text("Let it run", "Пусть выполняется"),
      danger: true,
      roles: ["operator", "staff"],
      isPossible: ({ state }) => state === "running",
      run: stopJob,
    },
  },
  visible: (caller) => eq(adminJobs.actorId, caller.userId),
});

export const systemResources = [
  outboxResource,
  suppressionResource,
  jobResource,
  requestLogResource,
  roomResource,
  storageResource,
];
