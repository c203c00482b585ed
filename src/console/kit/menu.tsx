/** A button with a panel below it that closes on Escape, on a click elsewhere and when focus leaves. */
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "./button.tsx";
import type { IconName } from "./icon.tsx";

interface MenuProps {
  readonly icon?: IconName;
  /** Shown instead of an icon or the label. */
  readonly face?: ReactNode;
  readonly label: string;
  /** Shows the label as text. */
  readonly worded?: boolean;
  /** A text shown beside the icon, such as what is chosen. */
  readonly shows?: string | undefined;
  readonly disabled?: boolean;
  readonly children: (close: () => void) => ReactNode;
}

export function Menu({ icon, face, label, worded, shows, disabled, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const close = () => {
    setOpen(false);
    place.current?.querySelector("button")?.focus();
  };
  useEffect(() => {
    if (!open) return;
    const leave = (event: Event) => {
      if (event.target instanceof Node && !place.current?.contains(event.target)) setOpen(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      place.current?.querySelector("button")?.focus();
    };
    document.addEventListener("pointerdown", leave);
    document.addEventListener("focusin", leave);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", leave);
      document.removeEventListener("focusin", leave);
      document.removeEventListener("keydown", onKey);
    };
  }, [open]);
  return (
    <div className="menu" ref={place}>
      <Button
        {...(icon ? { icon } : {})}
        {...(face ? { "aria-label": label, className: "faced" } : {})}
        label={label}
        disabled={disabled}
        aria-expanded={open}
        {...(shows ? { "aria-label": `${label}: ${shows}` } : {})}
        onClick={() => setOpen(!open)}
      >
        {face ?? (worded ? label : shows)}
      </Button>
      {open ? <div className="panel">{children(close)}</div> : null}
    </div>
  );
}
