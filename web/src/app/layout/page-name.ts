/** What a page is called: for the title of the tab, which tells a reader who sees nothing else of it where they are. Pure. */

import { own } from "@/shared/lib/own";
import { isWithin, type Place } from "./places";

/** Null where it is none of the places. */
export function pageNameOf(
  location: string,
  places: readonly Place[],
  words: Readonly<Record<string, unknown>>,
): string | null {
  const place = places.find((one) => isWithin(location, one));
  if (!place) return null;
  const wordFor = (name: string) => {
    const word = own<unknown>(words, name);
    return typeof word === "string" ? word : null;
  };
  // Settings and the platform are many pages in one place.
  const [below = ""] = location.slice(place.within.length + 1).split("/");
  const isMany = place.name === "settings" || place.name === "operator";
  return (isMany ? wordFor(below) : null) ?? wordFor(place.name);
}
