/** The outbox in the browser's database, of one user in one tenant. Where there is none (private windows), it lives as long as the page. */

import { Problem } from "@/shared/api/problem";
import type { OutboxPlace, Pending } from "./outbox";

const DATABASE = "curbe";
export const STORE = "outbox";

interface Kept {
  owner: string;
  pending: Omit<Pending, "problem">;
  /** What a Problem is made of: the browser's database keeps no classes. */
  problem: { status: number; members: Record<string, unknown> } | null;
}

export function browserOutbox(owner: string): OutboxPlace {
  let opened: Promise<IDBDatabase> | null = null;
  const database = (): Promise<IDBDatabase> => {
    opened ??= open();
    return opened;
  };
  const keyed = (clientId: string): IDBValidKey => [owner, clientId];
  return {
    async load() {
      const all = await attempt(async () => {
        const store = (await database()).transaction(STORE).objectStore(STORE);
        return done<Kept[]>(store.getAll(IDBKeyRange.bound([owner], [owner, []])));
      });
      const mine = (all ?? []).map(pendingOf);
      return mine.sort((one, other) => (one.created_at < other.created_at ? -1 : 1));
    },
    async save(pending) {
      await attempt(async () => {
        const store = (await database()).transaction(STORE, "readwrite").objectStore(STORE);
        return done(store.put(keptOf(owner, pending), keyed(pending.client_id)));
      });
    },
    async remove(clientId) {
      await attempt(async () => {
        const store = (await database()).transaction(STORE, "readwrite").objectStore(STORE);
        return done(store.delete(keyed(clientId)));
      });
    },
    tellDiscarded(clientId) {
      const channel = new BroadcastChannel(channelOf(owner));
      channel.postMessage(clientId);
      channel.close();
    },
    hearDiscarded(ear) {
      const channel = new BroadcastChannel(channelOf(owner));
      channel.onmessage = ({ data }: MessageEvent<string>) => ear(data);
      return () => channel.close();
    },
  };
}

const channelOf = (owner: string): string => `curbe.outbox/${owner}`;

function keptOf(owner: string, { problem, ...pending }: Pending): Kept {
  return { owner, pending, problem: problem && { status: problem.status, members: { ...problem.members } } };
}

function pendingOf({ pending, problem }: Kept): Pending {
  return { ...pending, problem: problem && new Problem(problem.status, problem.members) };
}

export function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return done(request);
}

export function done<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** A message must go out also where the browser keeps nothing. */
async function attempt<Result>(run: () => Promise<Result>): Promise<Result | null> {
  try {
    return await run();
  } catch {
    return null;
  }
}
