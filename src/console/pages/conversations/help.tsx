/** The list of shortcuts, and the switch for those of a single letter. */
import { useWords } from "../../i18n.ts";
import { Dialog } from "../../kit/dialog.tsx";
import { HELP, switchLetters, useLetters } from "./keys.ts";

export function KeyHelp({ onClose }: { onClose: () => void }) {
  const words = useWords();
  const letters = useLetters();
  return (
    <Dialog title={words("talk.key.title")} onClose={onClose}>
      <dl className="key-help">
        {HELP.map(([keys, word]) => (
          <div key={word}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{words(word)}</dd>
          </div>
        ))}
      </dl>
      <label className="row">
        <input type="checkbox" checked={letters} onChange={(event) => switchLetters(event.target.checked)} />
        {words("talk.key.letters")}
      </label>
    </Dialog>
  );
}
