/** The head of a webhook delivery's page: its attempts, each with the answer. */
import type { RaRecord } from "ra-core";
import { useWords } from "../i18n.ts";
import { Instant } from "../records/fields/values.tsx";

interface Attempt {
  /** Epoch ms. */
  readonly at: number;
  readonly took: number;
  /** Null without an answer; then `error` says why. */
  readonly status: number | null;
  readonly error: string | null;
  readonly answer: string;
}

export function DeliveryHead({ delivery }: { delivery: RaRecord }) {
  const words = useWords();
  const attempts = (delivery.log ?? []) as readonly Attempt[];
  return (
    <section className="attempts" aria-label={words("delivery.attempts")}>
      {attempts.length === 0 ? <p className="quiet">{words("delivery.none")}</p> : null}
      <ol>
        {attempts.map(({ at, took, status, error, answer }) => (
          <li key={at}>
            <Instant value={new Date(at).toISOString()} />
            <strong className={status !== null && status < 300 ? "yes" : "no"}>
              {status ?? `${words("delivery.noAnswer")}: ${error}`}
            </strong>
            <span className="quiet">{words("delivery.took", { ms: took })}</span>
            {answer ? <code>{answer}</code> : null}
          </li>
        ))}
      </ol>
    </section>
  );
}
