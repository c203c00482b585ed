/** The console's button, with an icon, a text or both. */
import type { ButtonHTMLAttributes } from "react";
import { Icon, type IconName } from "./icon.tsx";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly icon?: IconName;
  readonly look?: "plain" | "main" | "quiet" | "danger";
  /** Shows the icon only; the label is for screen readers. */
  readonly label?: string;
}

export function Button({ icon, look = "plain", label, children, className = "", ...rest }: ButtonProps) {
  const bare = children === undefined;
  return (
    <button
      type="button"
      className={`button ${look} ${bare ? "bare" : ""} ${className}`}
      aria-label={bare ? label : undefined}
      title={label}
      {...rest}
    >
      {icon ? <Icon name={icon} /> : null}
      {bare ? null : <span>{children}</span>}
    </button>
  );
}
