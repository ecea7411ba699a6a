/** Where to go after the sign-in: a place of this page, whatever the address bar was made to say. */
export function placeOf(next: string | null, origin = location.origin): string {
  if (!next?.startsWith("/")) return "/";
  if (!URL.canParse(next, origin)) return "/"; // URL.parse is too young for some browsers
  const url = new URL(next, origin);
  if (url.origin !== origin || url.pathname.startsWith("//") || url.pathname.startsWith("/sign-in"))
    return "/";
  return url.pathname + url.search;
}
