/** Whoever hands in a form that is not right comes to the first field that is not: what is wrong with it is read aloud there. */

import { type RefObject, useCallback } from "react";

/** Returns what leads there, once what is wrong has been drawn; where nothing is, it leads nowhere. */
export function useFirstFault(form: RefObject<HTMLFormElement | null>): () => void {
  return useCallback(() => {
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  }, [form]);
}
