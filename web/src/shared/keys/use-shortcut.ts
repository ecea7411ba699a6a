/** Whoever draws something that has a key says what the key does, as long as it is drawn. */

import { useEffect, useRef } from "react";
import { preferences } from "@/shared/lib/preferences";
import { isMac, type Shortcut, shortcutOf } from "./shortcuts";

type Handler = () => void;

const handlers = new Map<Shortcut, { current: Handler; isOffered: boolean }[]>();

/**
 * Call `handler` when the shortcut is pressed; of several that are drawn, the one drawn last. Null: not now. `isOffered` false: it only tells
 * why it can do nothing, so that no menu has it.
 */
export function useShortcut(name: Shortcut, handler: Handler | null, isOffered = true): void {
  const { current: latest } = useRef<{ current: Handler; isOffered: boolean }>({
    current: () => undefined,
    isOffered,
  });
  latest.current = handler ?? latest.current;
  latest.isOffered = isOffered;
  const active = handler !== null;
  useEffect(() => {
    if (!active) return;
    const those = handlers.get(name) ?? [];
    handlers.set(name, those);
    those.push(latest);
    return () => {
      those.splice(those.indexOf(latest), 1);
    };
  }, [name, active, latest]);
}

/** Do what a shortcut does, as when it is chosen from the palette. Return whether anything here does it. */
export function runShortcut(name: Shortcut): boolean {
  const handler = handlers.get(name)?.at(-1);
  handler?.current();
  return handler !== undefined;
}

/** Whether a menu may offer it. */
export function canRun(name: Shortcut): boolean {
  return handlers.get(name)?.at(-1)?.isOffered ?? false;
}

const FIELD =
  'input:not([type="checkbox"], [type="radio"], [type="button"]), textarea, select, [contenteditable="true"]';
/** While one of these is in the page, keys belong to it: none may stay in it when it is closed. */
const OVERLAY = '[role="dialog"][aria-modal="true"], dialog[open], [role="menu"], [data-overlay]';

/** Hear the keyboard of the page; once, at its top. */
export function useShortcuts(): void {
  useEffect(() => {
    const isCovered = () => document.querySelector(OVERLAY) !== null;
    let wasCovered = false;
    // Before anybody hears the key: what it closes may be out of the page by the time it comes up here.
    const look = () => {
      wasCovered = isCovered();
    };
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat) return;
      const target = event.target instanceof Element ? event.target : document.body;
      const field = target.closest(FIELD);
      const name = shortcutOf(
        {
          code: event.code,
          key: event.key,
          altKey: event.altKey,
          ctrlKey: event.ctrlKey,
          metaKey: event.metaKey,
          altGraph: event.getModifierState("AltGraph"),
          composing: event.isComposing,
          inField: field !== null,
          writing: field !== null && wordsIn(field) !== "",
        },
        { enabled: preferences().shortcuts, mac: isMac() },
      );
      if (name === null || wasCovered || isCovered()) return;
      if (runShortcut(name)) event.preventDefault();
    };
    addEventListener("keydown", look, { capture: true });
    document.addEventListener("keydown", press);
    return () => {
      removeEventListener("keydown", look, { capture: true });
      document.removeEventListener("keydown", press);
    };
  }, []);
}

function wordsIn(field: Element): string {
  const isText = field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement;
  return isText ? field.value : (field.textContent ?? "");
}
