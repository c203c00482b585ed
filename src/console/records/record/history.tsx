/** The changes of a record by staff, with Revert. */
import { useGetList } from "ra-core";
import { useWords } from "../../i18n.ts";
import { InfoText, Loading } from "../../kit/page.tsx";
import { AuditCard, type AuditRow } from "../../pages/audit.tsx";

export function History({ subject }: { subject: string }) {
  const words = useWords();
  const { data, isPending } = useGetList<AuditRow>("audit-log", {
    filter: { subject },
    sort: { field: "id", order: "DESC" },
    pagination: { page: 1, perPage: 100 },
  });
  if (isPending) return <Loading />;
  if (!data || data.length === 0) return <InfoText text={words("audit.nothing")} />;
  return (
    <ol className="audit">
      {data.map((row) => (
        <AuditCard key={row.id} row={row} />
      ))}
    </ol>
  );
}
