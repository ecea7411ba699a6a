/**
 * The page runs under `require-trusted-types-for 'script'`: the browser refuses every text that is to become markup or a script's
 * address. Mantine writes CSS into <style> through innerHTML, so the one policy lets texts without markup through, and nothing else.
 */

import { NOTICE_WORKER } from "@/shared/lib/desktop-notices";

interface Policies {
  createPolicy: (
    name: string,
    rules: { createHTML: (text: string) => string; createScriptURL: (url: string) => string },
  ) => unknown;
}

export function refuseMarkup(policies = (globalThis as { trustedTypes?: Policies }).trustedTypes): void {
  policies?.createPolicy("default", { createHTML: withoutMarkup, createScriptURL: ownScript });
}

export function withoutMarkup(text: string): string {
  if (text.includes("<")) throw new TypeError("No text becomes markup in this page");
  return text;
}

export function ownScript(url: string): string {
  const { origin, pathname } = new URL(url, location.href);
  if (origin !== location.origin || !(pathname.startsWith("/assets/") || pathname === NOTICE_WORKER))
    throw new TypeError("No script from elsewhere");
  return url;
}
