/** A request that a button starts. */
import { isCaravanError } from "@caravan/client";
import { useState } from "react";

/** Runs one request at a time, and shows why it was refused. */
export function useAction() {
  const [fault, setFault] = useState("");
  const [isBusy, setBusy] = useState(false);
  const run = (action: () => Promise<void>) => {
    setBusy(true);
    setFault("");
    action()
      .catch((error: unknown) => setFault(isCaravanError(error) ? error.message : String(error)))
      .finally(() => setBusy(false));
  };
  return { run, fault, isBusy };
}
