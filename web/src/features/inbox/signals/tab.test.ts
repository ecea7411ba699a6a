import { expect, it } from "vitest";
import { showUnread } from "./tab";

it("tells in the title and on the icon how much is unread, and takes it back", () => {
  document.head.innerHTML = '<link rel="icon" href="/favicon.svg">';
  const icon = () => document.querySelector('link[rel="icon"]')?.getAttribute("href");
  const title = (count: string) => `(${count}) Sol`;
  showUnread(3, title, "Sol");
  expect([document.title, icon()]).toEqual(["(3) Sol", "/favicon-unread.svg"]);
  showUnread(300, title, "Sol");
  expect(document.title).toBe("(99+) Sol");
  showUnread(0, title, "Sol");
  expect([document.title, icon()]).toEqual(["Sol", "/favicon.svg"]);
});
