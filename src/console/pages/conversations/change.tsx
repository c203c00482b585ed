/** Changes of a conversation: status, priority, assignee. Two operators at once: the second is told what the first did. */
import { useQueryClient } from "@tanstack/react-query";
import { useNotify } from "ra-core";
import { useState } from "react";
import { useCode } from "../../codes.ts";
import { useWords } from "../../i18n.ts";
import { Saved } from "../../records/record/undo.tsx";
import { readAgain, tellTabs } from "./live.ts";
import { type Colleague, changeField, type Detail } from "./requests.ts";

export interface Changes {
  readonly isBusy: boolean;
  status(wanted: string): void;
  priority(wanted: string): void;
  assign(wanted: number | null): void;
}

export function useChanges(ticket: Detail, colleagues: readonly Colleague[]): Changes {
  const queries = useQueryClient();
  const notify = useNotify();
  const words = useWords();
  const code = useCode();
  const [isBusy, setBusy] = useState(false);
  const nameOf = (id: unknown) => colleagues.find((each) => each.id === id)?.name ?? `№ ${id}`;
  const run = async (
    field: "status" | "priority" | "assigned_to",
    shown: string | number | null,
    wanted: string | number | null,
    conflict: (now: unknown) => string,
  ) => {
    if (isBusy || shown === wanted) return;
    setBusy(true);
    try {
      const refused = await changeField(ticket.id, field, shown, wanted);
      if (refused) notify(conflict(refused.now), { type: "warning", autoHideDuration: 8000 });
      else notify(<Saved subject={`ticket:${ticket.id}`} />, { type: "info" });
    } catch (error) {
      notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
    }
    setBusy(false);
    readAgain(queries, ticket.id);
    void queries.invalidateQueries({ queryKey: ["colleagues"] });
    tellTabs(ticket.id);
  };
  const became = (now: unknown) => words("talk.conflict.value", { now: code(String(now)) });
  return {
    isBusy,
    status: (wanted) => void run("status", ticket.status, wanted, became),
    priority: (wanted) => void run("priority", ticket.priority, wanted, became),
    assign: (wanted) =>
      void run("assigned_to", ticket.assigned_to?.id ?? null, wanted, (now) =>
        now === null ? words("talk.conflict.free") : words("talk.conflict.taken", { name: nameOf(now) }),
      ),
  };
}
