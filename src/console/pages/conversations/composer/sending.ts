/** Answers on their way: shown at once, kept with their reason when they fail, and stored once however often they are tried. */
import { useState } from "react";
import { type Answer, sendAnswer } from "../requests.ts";
import type { Upload } from "./uploads.ts";

export interface Outgoing extends Answer {
  readonly key: string;
  readonly files: readonly Upload[];
  /** Why it was not stored; null while it is under way. */
  readonly fault: string | null;
  /** The message's id once it is stored; it leaves the list when it is read from the server. */
  readonly id: string | null;
  readonly at: string;
}

export interface Sending {
  readonly outgoing: readonly Outgoing[];
  send(answer: Answer, files: readonly Upload[]): void;
  retry(key: string): void;
  drop(key: string): void;
}

export function useSending(ticketId: string, onSent: () => void): Sending {
  const [outgoing, setOutgoing] = useState<readonly Outgoing[]>([]);
  const change = (key: string, facts: Partial<Outgoing>) =>
    setOutgoing((before) => before.map((each) => (each.key === key ? { ...each, ...facts } : each)));
  const attempt = async ({ key, body, is_internal, attachments }: Outgoing) => {
    try {
      const { id } = await sendAnswer(ticketId, { body, is_internal, attachments }, key);
      change(key, { id });
      onSent();
    } catch (error) {
      change(key, { fault: error instanceof Error && "status" in error ? error.message : "error.offline" });
    }
  };
  return {
    outgoing,
    send(answer, files) {
      const one: Outgoing = {
        ...answer,
        files,
        key: crypto.randomUUID(),
        fault: null,
        id: null,
        at: new Date().toISOString(),
      };
      setOutgoing((before) => [...before, one]);
      void attempt(one);
    },
    retry(key) {
      const one = outgoing.find((each) => each.key === key);
      if (!one) return;
      change(key, { fault: null });
      void attempt(one);
    },
    drop: (key) => setOutgoing((before) => before.filter((each) => each.key !== key)),
  };
}
