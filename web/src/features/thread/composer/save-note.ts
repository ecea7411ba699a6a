/** Saving a note: asked for again where no answer came, with the same key, so that it stands there once. */

import { isProblem } from "@/shared/api/problem";
import { isPassing } from "@/shared/store/backend";
import { newId } from "@/shared/store/ids";
import type { InboxStore } from "@/shared/store/store";
import type { Annotation } from "@/shared/store/types";
import { addNote, type NewNote } from "../api/messages";

/** Milliseconds before each further try; then the person is told, and tries again. */
const WAITS = [500, 2_000];

/** The note of each conversation that no answer came to: the same one again goes out under its key. */
const unanswered = new WeakMap<InboxStore, Map<string, { note: string; key: string }>>();

/** Throws the `Problem` that it was refused with, or for which no try got through. */
export async function saveNote(
  store: InboxStore,
  { tenantId, conversationId }: { tenantId: string; conversationId: string },
  note: NewNote,
): Promise<Annotation> {
  const kept = unanswered.get(store) ?? new Map<string, { note: string; key: string }>();
  unanswered.set(store, kept);
  const said = JSON.stringify(note);
  const before = kept.get(conversationId);
  const asked = before?.note === said ? before : { note: said, key: newId() };
  kept.set(conversationId, asked);
  for (let tried = 0; ; tried += 1) {
    try {
      const saved = await addNote(tenantId, conversationId, note, asked.key);
      if (kept.get(conversationId) === asked) kept.delete(conversationId);
      return saved;
    } catch (error) {
      const wait = WAITS[tried];
      if (wait === undefined || !isProblem(error) || !isPassing(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}
