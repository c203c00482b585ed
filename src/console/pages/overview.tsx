/** What needs attention, at a glance. */

import { useWords } from "../i18n.ts";
import { PageTitle } from "../kit/page.tsx";
export function Overview() {
  const words = useWords();
  return (
    <section className="page">
      <PageTitle title={words("nav.overview")} />
    </section>
  );
}
