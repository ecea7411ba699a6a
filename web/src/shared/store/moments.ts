/** Places in a list that is ordered by time and, where that is equal, by id; the API orders its lists by the same pair. */

export interface Place {
  at: string;
  id: string;
}

/** Return a time as text whose alphabetical order is its order in time: `12:00:01Z` comes before `12:00:01.5Z`. */
export function sortable(at: string): string {
  if (at.endsWith("Z")) return at.slice(0, -1);
  if (at.endsWith("+00:00")) return at.slice(0, -6);
  return new Date(at).toISOString().slice(0, -1);
}

/** Return below zero where `one` comes first. */
export function comparePlaces(one: Place, other: Place): number {
  if (one.at !== other.at) {
    const a = sortable(one.at);
    const b = sortable(other.at);
    if (a !== b) return a < b ? -1 : 1;
  }
  if (one.id === other.id) return 0;
  return one.id < other.id ? -1 : 1;
}

export function earlier(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return sortable(one) <= sortable(other) ? one : other;
}

export function later(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return sortable(one) >= sortable(other) ? one : other;
}

/** Return where `place` belongs among `count` places in ascending order: the number of those before it. */
export function indexOfPlace(count: number, placeAt: (index: number) => Place, place: Place): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comparePlaces(placeAt(middle), place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
