/** Which conversations are ticked for one deed. Pure. */

export type Chosen = ReadonlySet<string>;

export const NOTHING: Chosen = new Set();

export function toggled(chosen: Chosen, id: string): Chosen {
  const now = new Set(chosen);
  if (!now.delete(id)) now.add(id);
  return now;
}

/** Return the set with everything between two rows of the list, both included. */
export function withRange(chosen: Chosen, ids: readonly string[], from: number, to: number): Chosen {
  const [first, last] = from < to ? [from, to] : [to, from];
  return new Set([...chosen, ...ids.slice(Math.max(0, first), last + 1)]);
}

/** Return those of a set that are still in the list: what moved away is not done anything to. */
export function stillThere(chosen: Chosen, isListed: (id: string) => boolean): Chosen {
  const left = [...chosen].filter(isListed);
  return left.length === chosen.size ? chosen : new Set(left);
}
