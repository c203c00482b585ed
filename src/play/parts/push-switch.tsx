/** Asks the browser for a person's notifications, and says what comes of it. */
import { isCaravanError } from "@caravan/client";
import { useState, useSyncExternalStore } from "react";
import { Button } from "../../console/kit/button.tsx";
import { useWords } from "../language.tsx";
import { notifications } from "../person/notifications.ts";
import type { Person } from "../person/person.ts";

type Words = ReturnType<typeof useWords>;

export function PushSwitch({ person, name }: { person: Person; name: string }) {
  const words = useWords();
  const isOn = useSyncExternalStore(notifications.onChange, () => notifications.holder) === person;
  const [fault, setFault] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const turn = async () => {
    setBusy(true);
    setFault(null);
    await (isOn ? notifications.stop(person) : notifications.ask(person)).catch(setFault);
    setBusy(false);
  };
  const label = words(isOn ? "push.stop" : "push.ask");
  return (
    <div className="push">
      <Button aria-label={`${label}: ${name}`} disabled={isBusy} onClick={() => void turn()}>
        {label}
      </Button>
      <span className="quiet" role="status">
        {fault ? reason(words, fault) : isOn ? words("push.on", { name }) : ""}
      </span>
    </div>
  );
}

/** Why there are none, in words for the person who asked. */
function reason(words: Words, fault: unknown): string {
  if (isCaravanError(fault, "push_denied")) return words("push.denied");
  if (isCaravanError(fault, "push_unsupported")) return words("push.unsupported");
  if (isCaravanError(fault, "push_off")) return words("push.off");
  const why = fault instanceof Error ? fault.message : String(fault);
  return isCaravanError(fault, "push_unreachable") ? words("push.unreachable", { why }) : why;
}
