/** Copies a text, and says so for a moment. */
import { useEffect, useState } from "react";
import { useWords } from "../language.tsx";

export function CopyButton({ text, label }: { text: () => string; label: string }) {
  const words = useWords();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () => void navigator.clipboard.writeText(text()).then(() => setCopied(true));
  return (
    <button type="button" className="button quiet copy" onClick={copy}>
      {isCopied ? words("frames.copied") : label}
    </button>
  );
}
