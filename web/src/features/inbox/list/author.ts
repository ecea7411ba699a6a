/** What whoever wrote a note is called: a colleague by their name, a program that has a key by what it is. */

import { useMessages } from "@/shared/i18n/language";
import { useDirectory } from "@/shared/store/hooks";
import { listMessages } from "./messages";

export function useAuthor(): (author: string | null) => string {
  const t = useMessages(listMessages);
  const people = useDirectory("people");
  return (author) => {
    if (author?.startsWith("key:")) return "API";
    return people.get(author?.replace(/^user:/, "") ?? "")?.name ?? t.unknownPerson;
  };
}
