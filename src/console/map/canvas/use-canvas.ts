/** The MapLibre map in a page's element: made when the ground is known, dressed anew with the theme. */
import { useNotify } from "ra-core";
import { type RefObject, useEffect, useRef, useState } from "react";
import { useTheme } from "../../theme.ts";
import { readGround } from "../ground/ground.ts";
import { Canvas, type Handlers } from "./canvas.ts";

/** Null until the map is there. The newest handlers are called. */
export function useCanvas(place: RefObject<HTMLDivElement | null>, handlers: Handlers): Canvas | null {
  const [canvas, setCanvas] = useState<Canvas | null>(null);
  const theme = useTheme();
  const notify = useNotify();
  const dressed = useRef(theme);
  const newest = useRef({ handlers, notify, theme });
  useEffect(() => {
    newest.current = { handlers, notify, theme };
  });
  const choosesPoints = Boolean(handlers.point);
  useEffect(() => {
    let made: Canvas | null = null;
    let isGone = false;
    void readGround().then((ground) => {
      if (isGone || !place.current) return;
      if (ground.kind === "grid") newest.current.notify(ground.fault, { type: "warning" });
      dressed.current = newest.current.theme;
      made = new Canvas(place.current, dressed.current, ground, {
        truck: (id) => newest.current.handlers.truck(id),
        order: (id) => newest.current.handlers.order(id),
        nothing: () => newest.current.handlers.nothing(),
        several: (ids) => newest.current.handlers.several(ids),
        drag: (order) => newest.current.handlers.drag(order),
        assign: (order, truck) => newest.current.handlers.assign(order, truck),
        label: (order, truck) => newest.current.handlers.label(order, truck),
        ...(choosesPoints ? { point: (chosen) => newest.current.handlers.point?.(chosen) } : {}),
      });
      setCanvas(made);
    });
    return () => {
      isGone = true;
      made?.end();
      setCanvas(null);
    };
  }, [place, choosesPoints]);
  useEffect(() => {
    if (!canvas || dressed.current === theme) return;
    dressed.current = theme;
    canvas.dress(theme);
  }, [canvas, theme]);
  return canvas;
}
