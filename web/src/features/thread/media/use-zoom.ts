/** Zoom of a picture: by wheel, pinch, buttons or a double click, and moved by dragging. */

import { type CSSProperties, type PointerEvent, useRef, useState, type WheelEvent } from "react";

const MOST = 6;
const DOUBLE = 2.5;

interface View {
  scale: number;
  x: number;
  y: number;
}

const WHOLE: View = { scale: 1, x: 0, y: 0 };

export function useZoom() {
  const [view, setView] = useState<View>(WHOLE);
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const spread = useRef(0);

  const by = (factor: number) =>
    setView(({ scale, x, y }) => {
      const next = Math.min(MOST, Math.max(1, scale * factor));
      return next === 1 ? WHOLE : { scale: next, x: (x * next) / scale, y: (y * next) / scale };
    });

  const distance = () => {
    const [one, other] = [...pointers.current.values()];
    return one && other ? Math.hypot(one.x - other.x, one.y - other.y) : 0;
  };

  const handlers = {
    onWheel: (event: WheelEvent) => by(event.deltaY < 0 ? 1.15 : 1 / 1.15),
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      spread.current = distance();
      if (view.scale > 1) event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent) => {
      const before = pointers.current.get(event.pointerId);
      if (!before) return;
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (pointers.current.size === 2) {
        const now = distance();
        if (spread.current > 0) by(now / spread.current);
        spread.current = now;
      } else if (view.scale > 1) {
        setView(({ scale, x, y }) => ({
          scale,
          x: x + event.clientX - before.x,
          y: y + event.clientY - before.y,
        }));
      }
    },
    onPointerUp: (event: PointerEvent) => void pointers.current.delete(event.pointerId),
    onPointerCancel: (event: PointerEvent) => void pointers.current.delete(event.pointerId),
  };
  const style: CSSProperties = { transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})` };
  const toggle = () => setView((now) => (now.scale > 1 ? WHOLE : { scale: DOUBLE, x: 0, y: 0 }));
  return { scale: view.scale, by, toggle, style, handlers };
}
