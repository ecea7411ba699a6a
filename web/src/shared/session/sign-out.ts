/** Leaves: the session ends at the server, and nothing of it stays in this browser. */

import { api } from "@/shared/api/client";
import { isProblem } from "@/shared/api/problem";
import { giveUpUnsaved } from "@/shared/lib/unsaved";
import { tellOtherTabs } from "./tabs";

type Leaving = () => Promise<void> | void;

const leaving = new Set<Leaving>();

/** Registers what must be forgotten at sign-out (drafts, an outbox); returns how to take it back. */
export function whenSigningOut(forget: Leaving): () => void {
  leaving.add(forget);
  return () => leaving.delete(forget);
}

export async function signOut(everywhere = false): Promise<void> {
  try {
    await api.POST(everywhere ? "/api/auth/sign-out-everywhere" : "/api/auth/sign-out");
  } catch (error) {
    if (!isProblem(error) || error.status !== 401) throw error; // 401: it had ended already
  }
  await Promise.allSettled([...leaving].map((forget) => forget()));
  tellOtherTabs();
  giveUpUnsaved(); // whoever said no to the browser's question would leave their pages to the next one
  location.assign("/sign-in"); // a fresh page: no answer of the old session is left in memory
}
