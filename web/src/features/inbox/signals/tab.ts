/** The count of unread conversations in the tab's title, a dot on its icon, and the badge of an installed app. */

const MOST = 99;
const ICONS = { none: "/favicon.svg", unread: "/favicon-unread.svg" } as const;

export function showUnread(count: number, titleWith: (count: string) => string, title: string): void {
  document.title = count > 0 ? titleWith(count > MOST ? `${MOST}+` : String(count)) : title;
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const icon = count > 0 ? ICONS.unread : ICONS.none;
  if (link && link.getAttribute("href") !== icon) link.href = icon;
  if ("setAppBadge" in navigator) void navigator.setAppBadge(count).catch(() => undefined); // not an installed app
}
