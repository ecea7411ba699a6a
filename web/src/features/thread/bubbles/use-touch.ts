/** Fingers on a message: a swipe to the right answers it, a long press opens what can be done with it. */

import { type TouchEvent, useRef } from "react";

const SWIPE = 56;
const MOST = 76;
const LONG = 480;
const STILL = 10;

interface Wanted {
  /** Null: it does not move. */
  onSwipe: (() => void) | null;
  onLongPress: () => void;
}

export function useTouch({ onSwipe, onLongPress }: Wanted) {
  const moved = useRef<HTMLDivElement>(null);
  const start = useRef<{
    x: number;
    y: number;
    timer: ReturnType<typeof setTimeout>;
    axis: "x" | "y" | null;
  } | null>(null);

  const shift = (by: number, smooth: boolean) => {
    if (!moved.current) return;
    moved.current.style.transition = smooth ? "translate 160ms" : "none";
    moved.current.style.translate = by === 0 ? "" : `${by}px 0`;
  };
  const end = () => {
    if (start.current) clearTimeout(start.current.timer);
    start.current = null;
    shift(0, true);
  };
  const handlers = {
    onTouchStart: (event: TouchEvent) => {
      const touch = event.touches[0];
      if (event.touches.length !== 1 || !touch || isOwn(event.target)) return;
      const timer = setTimeout(() => {
        navigator.vibrate?.(12);
        end();
        onLongPress();
      }, LONG);
      start.current = { x: touch.clientX, y: touch.clientY, timer, axis: null };
    },
    onTouchMove: (event: TouchEvent) => {
      const touch = event.touches[0];
      const from = start.current;
      if (!touch || !from) return;
      const [x, y] = [touch.clientX - from.x, touch.clientY - from.y];
      if (from.axis === null && Math.hypot(x, y) > STILL) {
        clearTimeout(from.timer);
        from.axis = Math.abs(x) > Math.abs(y) * 1.4 ? "x" : "y";
      }
      if (from.axis === "x" && onSwipe) shift(Math.min(MOST, Math.max(0, x)), false);
    },
    onTouchEnd: (event: TouchEvent) => {
      const touch = event.changedTouches[0];
      const from = start.current;
      const swiped = from?.axis === "x" && touch !== undefined && touch.clientX - from.x >= SWIPE;
      end();
      if (swiped) onSwipe?.();
    },
    onTouchCancel: end,
  };
  return { moved, handlers };
}

/** A slider or a carousel has its own use for a finger that moves. */
function isOwn(target: EventTarget): boolean {
  return target instanceof Element && target.closest("input, [data-swipes]") !== null;
}
