/** Exports a list as CSV: a short one directly, a long one by a job whose progress the button shows. */
import { useListContext, useNotify } from "ra-core";
import { useEffect, useState } from "react";
import { listQuery, pathOf } from "../../data.ts";
import type { Resource } from "../../declaration.tsx";
import { useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { call, download, openFile } from "../../session.ts";

/** Maximum rows of a direct export. */
const SHORT = 2000;
/** Interval for polling a job, in ms. */
const EVERY = 1000;

interface Progress {
  readonly id: string;
  readonly state: string;
  readonly done: number;
  readonly total: number;
}

export function ExportButton({ resource }: { resource: Resource }) {
  const { total = 0, filterValues } = useListContext();
  const [job, setJob] = useState<Progress | null>(null);
  const notify = useNotify();
  const words = useWords();
  useEffect(() => {
    if (!job) return;
    const timer = setTimeout(async () => {
      try {
        const now = await call<Progress>("GET", pathOf("jobs", job.id));
        if (now.state === "stopped") throw new Error("export.stopped");
        if (now.state === "done") {
          const { url } = await call<{ url: string }>("POST", pathOf("jobs", job.id, "actions", "download"));
          openFile(url);
        }
        setJob(now.state === "done" ? null : now);
      } catch (error) {
        notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
        setJob(null);
      }
    }, EVERY);
    return () => clearTimeout(timer);
  }, [job, notify]);

  const start = async () => {
    const filter = listQuery(filterValues);
    try {
      if (total <= SHORT) {
        await download(
          pathOf(resource.name, "export.csv").slice(0, -1),
          { ...filter, readable: true },
          `${resource.name}.csv`,
        );
        return;
      }
      const begun = await call<{ job: string; total: number }>("POST", pathOf(resource.name, "export"), {
        body: { filter, readable: true },
      });
      setJob({ id: begun.job, state: "running", done: 0, total: begun.total });
      notify("export.began", { type: "info", messageArgs: { n: begun.total } });
    } catch (error) {
      notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
    }
  };
  const percent = job ? Math.floor((100 * job.done) / Math.max(1, job.total)) : 0;
  return (
    <Button icon="download" label={words("do.export")} disabled={job !== null} onClick={start}>
      {job ? words("export.going", { percent }) : undefined}
    </Button>
  );
}
