/** Says at once that the server can't be reached, tries again, and has everything read anew when it can. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useWords } from "../i18n.ts";
import { Icon } from "../kit/icon.tsx";
import { useOnline } from "../online.ts";
import { call } from "../session.ts";

/** Milliseconds between two tries. */
const PAUSE = 3000;

export function Offline() {
  const isOnline = useOnline();
  const words = useWords();
  const queries = useQueryClient();
  const wasOnline = useRef(true);
  useEffect(() => {
    if (isOnline && !wasOnline.current) void queries.invalidateQueries();
    wasOnline.current = isOnline;
    if (isOnline) return;
    const timer = setInterval(() => void call("GET", "/health/").catch(() => {}), PAUSE);
    return () => clearInterval(timer);
  }, [isOnline, queries]);
  if (isOnline) return null;
  return (
    <div className="offline" role="alert">
      <Icon name="alert" />
      <span>{words("error.offlineNow")}</span>
    </div>
  );
}
