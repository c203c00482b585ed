/** In three sentences: what the client does while a line is cut and after. */
import { useWords } from "../language.tsx";

export function How() {
  const words = useWords();
  return (
    <details className="how">
      <summary>{words("how.name")}</summary>
      <ul>
        <li>{words("how.queue")}</li>
        <li>{words("how.backoff")}</li>
        <li>{words("how.resume")}</li>
      </ul>
    </details>
  );
}
