/** Tabs of one browser share a session: when one signs in or out the others ask anew who they are. */

const NAME = "curbe.session";

export function tellOtherTabs(): void {
  const channel = new BroadcastChannel(NAME);
  channel.postMessage("changed");
  channel.close();
}

/** Calls `listener` when another tab signed in or out; returns how to stop. */
export function whenOtherTabChanges(listener: () => void): () => void {
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = listener;
  return () => channel.close();
}
