/** What is written in the first step and not saved yet. It lives above the steps, so that a look at another one does not lose it. */

import { useEffect, useState } from "react";
import type { Files } from "../model/composing";
import type { Fillings } from "../model/filling";

/** What stands in the gaps of a template. */
export interface Typed {
  /** The template's id. */
  of: string;
  fillings: Fillings;
  files: Files;
  /** The chosen picture, as a URL of this page. */
  picture: string | null;
}

export type MessageDraft = ReturnType<typeof useMessageDraft>;

/** Null where nothing was changed: there the campaign says it. */
export function useMessageDraft() {
  const [name, setName] = useState<string | null>(null);
  const [from, setFrom] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [typed, setTyped] = useState<Typed | null>(null);
  const picture = typed?.picture ?? null;
  // The browser holds the file until it is told that nobody shows it any more.
  useEffect(() => (picture === null ? undefined : () => URL.revokeObjectURL(picture)), [picture]);
  /** Changes what stands in the gaps of a template; `first`: what stood there before anything was typed. */
  const fill = (first: Typed, change: (now: Typed) => Partial<Typed>) =>
    setTyped((former) => {
      const now = former?.of === first.of ? former : first;
      return { ...now, ...change(now) };
    });
  /** It is stored: from here on the campaign says it. What was typed since the question went stays. */
  const settle = () => {
    setName(unless(name));
    setFrom(unless(from));
    setChosen(unless(chosen));
    setTyped(unless(typed));
  };
  const isBegun = name !== null || chosen !== null || typed !== null;
  return { isBegun, name, setName, from, setFrom, chosen, setChosen, typed, setTyped, fill, settle };
}

function unless<T>(stored: T) {
  return (now: T) => (now === stored ? null : now);
}
