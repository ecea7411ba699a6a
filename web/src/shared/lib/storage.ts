/** What this browser remembers. Storage can be forbidden (an embedded page) or full: then nothing is remembered, and nothing breaks. */

/** For how long: as long as this tab is open, or until it is taken back. */
type Keeping = "tab" | "browser";

const placeOf = (keeping: Keeping): Storage => (keeping === "tab" ? sessionStorage : localStorage);

export function read(name: string, keeping: Keeping = "browser"): string | null {
  try {
    return placeOf(keeping).getItem(name);
  } catch {
    return null;
  }
}

export function write(name: string, value: string | null, keeping: Keeping = "browser"): void {
  try {
    if (value === null) placeOf(keeping).removeItem(name);
    else placeOf(keeping).setItem(name, value);
  } catch {
    // Forbidden or full: see above.
  }
}
