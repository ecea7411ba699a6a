/** What whoever did something is called: a colleague by their name, a program that has a key by what it is. */

import { useDirectory } from "./hooks";

export function useAuthorOf(unknown: string): (author: string | null) => string {
  const people = useDirectory("people");
  return (author) => {
    if (author?.startsWith("key:")) return "API";
    return people.get(author?.replace(/^user:/, "") ?? "")?.name ?? unknown;
  };
}
