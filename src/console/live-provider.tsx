/** Opens the page's live connection for the screens below. */
import type { Live } from "@caravan/client/live";
import { LiveProvider } from "@caravan/client/react";
import { type ReactNode, useEffect, useState } from "react";
import { openLive } from "./live.ts";

export function LiveConnection({ children }: { children: ReactNode }) {
  const [live, setLive] = useState<Live | null>(null);
  useEffect(() => {
    const opened = openLive();
    setLive(opened);
    opened.connect();
    return () => opened.close();
  }, []);
  return <LiveProvider live={live}>{children}</LiveProvider>;
}
