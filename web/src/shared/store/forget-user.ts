/** What a user leaves in this browser, in every workspace: drafts, and messages that were not sent. Gone when they sign out. */

import { done, open, STORE } from "./outbox-place";

/** Rejects where the browser's database cannot be had; the drafts are gone by then. */
export async function forgetUser(userId: string): Promise<void> {
  forgetDrafts(userId);
  await forgetOutboxes(userId);
}

/** Their keys are `curbe.draft/<tenant>/<user>/<conversation>/<mode>`: see `Drafts`. */
function forgetDrafts(userId: string): void {
  try {
    for (const key of Object.keys(localStorage)) {
      const [kind, , owner] = key.split("/");
      if (kind === "curbe.draft" && owner === userId) localStorage.removeItem(key);
    }
  } catch {
    // the browser keeps nothing, so there is nothing to forget
  }
}

/** Their keys are `[<tenant>/<user>, <client_id>]`: see `browserOutbox`. */
async function forgetOutboxes(userId: string): Promise<void> {
  const rows = (await open()).transaction(STORE, "readwrite").objectStore(STORE);
  const keys = await done(rows.getAllKeys());
  const owned = keys.filter((key) => Array.isArray(key) && String(key[0]).endsWith(`/${userId}`));
  await Promise.all(owned.map((key) => done(rows.delete(key))));
}
