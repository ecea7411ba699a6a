/** What is written in the first step and not saved yet. It lives above the steps, so that a look at another one does not lose it. */

import { useState } from "react";
import type { Campaign } from "../api/campaigns";
import type { Files } from "../model/composing";
import type { Fillings } from "../model/filling";

/** What stands in the gaps of a template. */
interface Typed {
  /** The template's id. */
  of: string;
  fillings: Fillings;
  files: Files;
  /** The chosen picture, as a URL of this page. */
  picture: string | null;
}

export type MessageDraft = ReturnType<typeof useMessageDraft>;

export function useMessageDraft(campaign: Campaign | null) {
  const [name, setName] = useState(campaign?.name ?? "");
  const [from, setFrom] = useState(campaign?.connection_id ?? null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [typed, setTyped] = useState<Typed | null>(null);
  /** It is stored: from here on the campaign says it. */
  const settle = (stored: Campaign) => {
    setName(stored.name);
    setFrom(stored.connection_id);
    setChosen(null);
    setTyped(null);
  };
  return { name, setName, from, setFrom, chosen, setChosen, typed, setTyped, settle };
}
