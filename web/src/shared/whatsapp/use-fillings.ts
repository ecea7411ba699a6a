/** What is typed and chosen for templates while one of them is looked for: who goes back to choose another loses none of it. */

import { useState } from "react";

export interface ChosenFile {
  /** The upload's. */
  id: string;
  file: File;
}

/** What stands in the gaps of a template, by the field's id. */
export interface Filling {
  values: Readonly<Record<string, string>>;
  files: Readonly<Record<string, ChosenFile>>;
}

export type Fill = (change: (now: Filling) => Filling) => void;

const EMPTY: Filling = { values: {}, files: {} };

/** `key`: the template that is filled in, and whom it is for where that can change; null: none is. */
export function useFillings(key: string | null) {
  const [all, setAll] = useState<Readonly<Record<string, Filling>>>({});
  const fill: Fill = (change) => {
    if (key !== null) setAll((now) => ({ ...now, [key]: change(now[key] ?? EMPTY) }));
  };
  return {
    filling: (key === null ? undefined : all[key]) ?? EMPTY,
    fill,
    /** Closing what they are kept in would lose something. */
    isBegun: Object.values(all).some(isFilled),
  };
}

function isFilled({ values, files }: Filling): boolean {
  return Object.keys(files).length > 0 || Object.values(values).some((one) => one !== "");
}
