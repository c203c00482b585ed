/** Dragging an order by mouse, pen or finger: from the moment that the pointer is down until it is up, or Escape. */

export interface Drag {
  /** Called once, when the pointer has moved far enough for a drag. */
  readonly onStart: () => void;
  /** The pointer in the window's pixels. Returns the label beside it. */
  readonly onMove: (x: number, y: number) => string;
  /** Null: the drag was given up. */
  readonly onEnd: (place: { readonly x: number; readonly y: number } | null) => void;
}

/** Less is a click with an unsteady hand. Pixels. */
const LEAST = 6;

/** Follows the pointer that is down now. One at a time: a second finger ends the drag. */
export function followPointer(from: { readonly x: number; readonly y: number }, drag: Drag): void {
  const label = document.createElement("div");
  label.className = "drag-label";
  label.setAttribute("aria-hidden", "true");
  let isDragging = false;
  const moved = (event: PointerEvent) => {
    const { clientX: x, clientY: y } = event;
    if (!isDragging) {
      if (Math.hypot(x - from.x, y - from.y) < LEAST) return;
      isDragging = true;
      document.body.append(label);
      drag.onStart();
    }
    event.preventDefault();
    label.textContent = drag.onMove(x, y);
    label.style.transform = `translate(${x + 14}px, ${y + 14}px)`;
  };
  const end = (place: { x: number; y: number } | null) => {
    for (const [name, listener] of listeners) window.removeEventListener(name, listener, true);
    label.remove();
    if (isDragging) drag.onEnd(place);
  };
  const listeners: [string, EventListener][] = [
    ["pointermove", (event) => moved(event as PointerEvent)],
    ["pointerup", (event) => end({ x: (event as PointerEvent).clientX, y: (event as PointerEvent).clientY })],
    ["pointercancel", () => end(null)],
    ["pointerdown", () => end(null)],
    ["blur", () => end(null)],
    ["keydown", (event) => (event as KeyboardEvent).key === "Escape" && end(null)],
  ];
  for (const [name, listener] of listeners) window.addEventListener(name, listener, true);
}
