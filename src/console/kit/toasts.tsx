/** Toasts, announced to screen readers; they close after a time or on a click. */
import { useNotificationContext, useTranslate } from "ra-core";
import { isValidElement, useEffect } from "react";

export function Toasts() {
  const { notifications, takeNotification } = useNotificationContext();
  const translate = useTranslate();
  const [first] = notifications;
  const more = notifications.length > 1;
  useEffect(() => {
    if (!first) return;
    // The next toast replaces it immediately.
    const shown = first.notificationOptions?.autoHideDuration ?? (first.type === "error" ? 8000 : 4000);
    const patience = more ? 0 : shown;
    const timer = setTimeout(takeNotification, patience);
    return () => clearTimeout(timer);
  }, [first, more, takeNotification]);
  return (
    <div className="toasts" aria-live="polite">
      {first ? (
        <div className="toast" data-kind={first.type}>
          {isValidElement(first.message) ? (
            first.message
          ) : (
            <span>{translate(String(first.message), first.notificationOptions?.messageArgs)}</span>
          )}
          <button type="button" className="toast-close" aria-label="×" onClick={() => takeNotification()}>
            ×
          </button>
        </div>
      ) : null}
    </div>
  );
}
