/** What the frame (rail, menu) shows of the inbox, and what it tells it. The inbox sets the first three; the frame the next two. */

import { signal } from "./signal";

/** live: the socket is open and caught up · catching-up: it is being made so · polling: no socket, asked every few seconds · offline: nothing answers */
export type LiveStatus = "idle" | "live" | "catching-up" | "polling" | "offline";

export const liveStatus = signal<LiveStatus>("idle");

/** Conversations of mine with something unread: the badge at the inbox's icon. */
export const unreadMine = signal(0);

/** Messages that were not sent and wait for their author: the badge says so before it counts anything else. */
export const unsentMine = signal(0);

/** What the page is called, for the tab's title; null where it has no name. */
export const pageName = signal<string | null>(null);

/** Whether the list of shortcuts is open: the user menu opens it, the inbox shows it. */
export const shortcutsHelp = signal(false);

/** How often somebody asked for a line of a thread (`?message=`): asked for again, it is gone to again, though the address stays the same. */
export const jumpsAsked = signal(0);

/** The contact beside the thread. `auto`: where there is room (1,180 px); `open`: also over a narrow thread; `closed`: nowhere. */
export type ContactPaneState = "auto" | "open" | "closed";

export const contactPane = signal<ContactPaneState>("auto");
