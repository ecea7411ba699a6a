/** What counts of a ledger, and since when. Pure. */

import type { Category, Kept, Ledger } from "../api/consent";

/** What people can be asked about apart; `all` counts for each. */
export const CATEGORIES = ["marketing", "utility"] as const satisfies readonly Category[];

/** The word that counts for a category: of a ledger's lines, what counts first, the first that is about it or about everything. */
export function wordOn(category: (typeof CATEGORIES)[number], { items }: Ledger): Kept | null {
  return items.find((one) => one.category === category || one.category === "all") ?? null;
}

/** Whether recording `yes` on this goes against what the person said themselves, and when they did. */
export function ownNo(category: Category, ledger: Ledger): Kept | null {
  const asked = category === "all" ? CATEGORIES : CATEGORIES.filter((one) => one === category);
  const standing = asked.map((one) => wordOn(one, ledger));
  return standing.find((one) => one?.state === "out") ?? null;
}
