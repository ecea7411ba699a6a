/** A row that moves away between press and release is the one that was meant: the browser then tells of a click on what holds both rows. */

import { type MouseEvent, type PointerEvent, useRef } from "react";
import { idOfRow } from "./conversation-row";

const NEAR = 4; // px: who goes farther with the button held is not clicking

interface Press {
  id: string;
  x: number;
  y: number;
}

export function usePressed(open: (id: string, event: MouseEvent) => void) {
  const press = useRef<Press | null>(null);
  return {
    onPointerDown: (event: PointerEvent) => {
      const id = idOfRow(event.target);
      press.current = id === null ? null : { id, x: event.clientX, y: event.clientY };
    },
    onClick: (event: MouseEvent) => {
      const was = press.current;
      press.current = null;
      if (was === null || event.target !== event.currentTarget) return;
      if (Math.hypot(event.clientX - was.x, event.clientY - was.y) < NEAR) open(was.id, event);
    },
  };
}
