/** Where to go after the sign-in: a place of this page, whatever the address bar was made to say. */
export function placeOf(next: string | null, origin = location.origin): string {
  if (!next?.startsWith("/")) return "/";
  const url = URL.parse(next, origin);
  return url && url.origin === origin && !url.pathname.startsWith("/sign-in")
    ? url.pathname + url.search
    : "/";
}
