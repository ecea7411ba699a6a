/** What whoever wrote a note is called. */

import { useMessages } from "@/shared/i18n/language";
import { useAuthorOf } from "@/shared/store/author";
import { listMessages } from "./messages";

export function useAuthor(): (author: string | null) => string {
  return useAuthorOf(useMessages(listMessages).unknownPerson);
}
