/** The "Saved" toast with Undo, which reverts the record's newest change in the audit log. */
import { useNotify, useRefresh } from "ra-core";
import { useState } from "react";
import { pathOf } from "../../data.ts";
import { useWords } from "../../i18n.ts";
import type { AuditRow } from "../../pages/audit.tsx";
import { call } from "../../session.ts";

export function Saved({ subject }: { subject: string }) {
  const [busy, setBusy] = useState(false);
  const words = useWords();
  const notify = useNotify();
  const refresh = useRefresh();
  const undo = async () => {
    setBusy(true);
    try {
      await revertNewest(subject);
      notify("record.undone", { type: "info" });
    } catch (error) {
      notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
    }
    refresh();
  };
  return (
    <>
      <span>{words("ra.notification.updated")}</span>
      <button type="button" className="toast-action" disabled={busy} onClick={undo}>
        {words("do.undo")}
      </button>
    </>
  );
}

async function revertNewest(subject: string): Promise<void> {
  const { results } = await call<{ results: readonly AuditRow[] }>("GET", pathOf("audit-log"), {
    query: { subject, per_page: 20 },
  });
  const newest = results.find((row) => row.subject === subject);
  if (newest) await call("POST", pathOf("audit-log", newest.id, "actions", "revert"), { body: {} });
}
