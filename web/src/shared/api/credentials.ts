/**
 * How this page proves who asks: the browser sends the session's cookie by itself, unsafe methods also carry the session's token
 * against forgery. An embedded page has no cookie and carries a bearer instead. Kept in memory alone.
 */

type Listener = () => void;

let csrfToken: string | null = null;
let bearerToken: string | null = null;
const onUnauthorized = new Set<Listener>();

export function setCredentials(given: { csrf: string | null; bearer?: string | null }): void {
  csrfToken = given.csrf;
  if (given.bearer !== undefined) bearerToken = given.bearer;
}

export function bearer(): string | null {
  return bearerToken;
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

export function authorize(headers: Headers, method: string): void {
  if (bearerToken) headers.set("Authorization", `Bearer ${bearerToken}`);
  else if (csrfToken && !SAFE.has(method)) headers.set("X-CSRF-Token", csrfToken);
}

/** Calls `listener` whenever an answer says that nobody is signed in any more; returns how to stop. */
export function whenUnauthorized(listener: Listener): () => void {
  onUnauthorized.add(listener);
  return () => onUnauthorized.delete(listener);
}

export function tellUnauthorized(): void {
  for (const listener of onUnauthorized) listener();
}
