/** What a user leaves in this browser, in every workspace: drafts, messages that were not sent, the list they looked at. Gone at sign-out. */

import { done, open, STORE } from "./outbox-place";

/** Rejects where the browser's database cannot be had; the rest is gone by then. */
export async function forgetUser(userId: string): Promise<void> {
  forgetWords(localStorage, userId);
  forgetWords(sessionStorage, userId);
  await forgetOutboxes(userId);
}

/** Their keys are `curbe.draft/<tenant>/<user>/<conversation>/<mode>` (see `Drafts`) and `curbe.view/<tenant>/<user>` (see `useView`). */
const KINDS = ["curbe.draft", "curbe.view"];
/** What a sign-up at Meta left to choose, with the numbers (see `SignUp`): of this tab, and of nobody else. */
const SIGN_UP = "curbe.sign-up";

function forgetWords(place: Storage, userId: string): void {
  try {
    place.removeItem(SIGN_UP);
    for (const key of Object.keys(place)) {
      const [kind = "", , owner] = key.split("/");
      if (KINDS.includes(kind) && owner === userId) place.removeItem(key);
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
