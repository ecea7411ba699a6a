/** Keeping what somebody reads in its place while the list changes above it. Pure. */

export interface Seen {
  id: string;
  index: number;
}

/**
 * Return by how many rows the first row on the screen has moved. One that went elsewhere does not count: then it is the next one.
 *
 * Nothing is to be kept in place at the top of the list: there one wants to see what comes.
 */
export function shiftOf(seen: readonly Seen[], indexOf: (id: string) => number): number {
  const shifts = seen
    .map(({ id, index }) => ({ now: indexOf(id), before: index }))
    .filter(({ now }) => now >= 0)
    .map(({ now, before }) => now - before);
  const usual = [...shifts].sort((one, other) => one - other)[Math.floor(shifts.length / 2)] ?? 0;
  return shifts.find((shift) => Math.abs(shift - usual) <= seen.length) ?? 0;
}
