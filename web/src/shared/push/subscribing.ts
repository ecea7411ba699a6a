/**
 * This browser as one that is told while no page is open. It has one subscription at its push service, for all workspaces of whoever is signed
 * in, and each workspace has to know of it.
 */

import { answer, api } from "@/shared/api/client";
import { noticeWorker } from "@/shared/lib/desktop-notices";
import { read, write } from "@/shared/lib/storage";

/** Whose the subscription is, as the next who signs in at this browser is told nothing of theirs; and what each workspace calls it. */
const STORED = "curbe.push";

interface Own {
  userId: string;
  ids: Record<string, string>;
}

export interface Wanted {
  tenantId: string;
  userId: string;
  whose: "mine" | "all";
  withContent: boolean;
  language: "es" | "en" | "pt";
}

/** on: this browser is told · unavailable: this installation pushes nothing */
export type Subscribed = "on" | "unavailable";

const PATH = "/api/tenants/{tenant_id}/push-subscriptions";

/** Tell whether this browser can be told: on an iPhone only once the page was put on the home screen. */
export function isPushPossible(): boolean {
  return globalThis.isSecureContext && "PushManager" in globalThis && "serviceWorker" in navigator;
}

/**
 * Have this browser told, anew or as it is: a page does so each time it is opened. Throws what the browser or the server refuses.
 */
export async function subscribe(wanted: Wanted): Promise<Subscribed> {
  const path = { tenant_id: wanted.tenantId };
  const worker = await noticeWorker();
  const { public_key } = await answer(api.GET(PATH, { params: { path } }));
  if (public_key === null || !worker) {
    await unsubscribe();
    return "unavailable";
  }
  const key = decoded(public_key);
  let subscription = await worker.pushManager.getSubscription();
  let own = stored();
  if (subscription && !(own.userId === wanted.userId && isFor(subscription, key))) {
    await subscription.unsubscribe();
    subscription = null;
  }
  if (!subscription) own = { userId: wanted.userId, ids: {} };
  subscription ??= await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  write(STORED, JSON.stringify(own));
  const { endpoint, keys } = subscription.toJSON();
  const { id } = await answer(
    api.PUT(PATH, {
      params: { path },
      body: {
        endpoint: endpoint ?? "",
        p256dh: keys?.["p256dh"] ?? "",
        auth: keys?.["auth"] ?? "",
        signer: public_key,
        whose: wanted.whose,
        with_content: wanted.withContent,
        language: wanted.language,
      },
    }),
  );
  write(STORED, JSON.stringify({ ...own, ids: { ...own.ids, [wanted.tenantId]: id } }));
  return "on";
}

/** Have this browser told nothing more, in no workspace. */
export async function unsubscribe(): Promise<void> {
  const { ids } = stored();
  await letGo();
  await Promise.allSettled(Object.entries(ids).map(([tenantId, id]) => forget(tenantId, id)));
}

/** The same once nobody is signed in: the server has let go of it with the session, and its push service takes nothing for it any more. */
export async function letGo(): Promise<void> {
  write(STORED, null);
  try {
    const worker = await navigator.serviceWorker?.getRegistration();
    const subscription = await worker?.pushManager?.getSubscription();
    await subscription?.unsubscribe();
  } catch {
    // a browser that lets no page have a worker has no subscription
  }
}

/** What the workspace of this id calls this browser; null where it does not tell it. */
export const idHere = (tenantId: string): string | null => stored().ids[tenantId] ?? null;

/** Have one of one's browsers told nothing more in a workspace. */
export const forget = (tenant_id: string, subscription_id: string) =>
  answer(api.DELETE(`${PATH}/{subscription_id}`, { params: { path: { tenant_id, subscription_id } } }));

function stored(): Own {
  try {
    const { userId, ids } = JSON.parse(read(STORED) ?? "{}") as Partial<Own>;
    return { userId: userId ?? "", ids: ids ?? {} };
  } catch {
    return { userId: "", ids: {} };
  }
}

function isFor({ options }: PushSubscription, key: Uint8Array): boolean {
  const own = options.applicationServerKey;
  return own !== null && String(new Uint8Array(own)) === String(key);
}

function decoded(key: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/")), (letter) =>
    letter.charCodeAt(0),
  );
}
