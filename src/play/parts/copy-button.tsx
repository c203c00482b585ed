/** Copies a text, and says so for a moment. */
import { useEffect, useState } from "react";
import { Button } from "../../console/kit/button.tsx";
import { useWords } from "../language.tsx";

interface CopyButtonProps {
  readonly text: () => string;
  readonly label: string;
  /** Shows an icon; the label is for screen readers. */
  readonly isBare?: boolean;
}

export function CopyButton({ text, label, isBare = false }: CopyButtonProps) {
  const words = useWords();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () => void navigator.clipboard.writeText(text()).then(() => setCopied(true));
  const shown = isCopied ? words("frames.copied") : label;
  if (isBare) return <Button icon={isCopied ? "check" : "copy"} look="quiet" label={shown} onClick={copy} />;
  return (
    <button type="button" className="button quiet copy" onClick={copy}>
      {shown}
    </button>
  );
}
