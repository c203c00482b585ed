/** Asks before unsaved edits are lost: by a link, the palette, going back, a reload, closing the tab, or signing out. */
import { useEffect, useRef } from "react";
import { useBlocker } from "react-router-dom";
import { useWords } from "../i18n.ts";
import { Confirm } from "./dialog.tsx";

const unsaved = new Set<object>();

/** Whether some form of the page has edits that are not saved. */
export const hasUnsaved = () => unsaved.size > 0;

interface GuardProps {
  /** There are edits that leaving would lose. */
  readonly when: boolean;
}

/** One for each form. */
export function Guard({ when }: GuardProps) {
  const words = useWords();
  const self = useRef({});
  useEffect(() => {
    if (!when) return;
    const mine = self.current;
    unsaved.add(mine);
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => {
      unsaved.delete(mine);
      removeEventListener("beforeunload", ask);
    };
  }, [when]);
  const blocker = useBlocker(
    ({ currentLocation: here, nextLocation: next }) =>
      unsaved.has(self.current) && (here.pathname !== next.pathname || here.search !== next.search),
  );
  if (blocker.state !== "blocked") return null;
  return (
    <Confirm
      title={words("guard.title")}
      action={words("guard.leave")}
      keep={words("guard.stay")}
      danger
      onConfirm={() => blocker.proceed()}
      onClose={() => blocker.reset()}
    >
      <p>{words("guard.about")}</p>
    </Confirm>
  );
}

/** Lets the form's own navigation after saving pass. */
export function forgetUnsaved(): void {
  unsaved.clear();
}
