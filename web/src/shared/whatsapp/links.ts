/** Addresses in a text: where they stand and where they lead. Only web, mail and nothing else: no other scheme ever becomes a link. */

export interface Found {
  start: number;
  end: number;
  href: string;
}

// Endings under which an address is recognised without "https://": a longer list would make links of sentences without a space.
const ENDINGS =
  "com|org|net|edu|gov|info|biz|io|co|app|dev|shop|store|online|site|me|tv|es|mx|ar|cl|pe|uy|br|pt|ad|cat|eu|uk|us|fr|de|it";

// Each alternative begins only where a run of its letters begins, so that no text makes the search quadratic.
const ADDRESS = new RegExp(
  [
    String.raw`https?:\/\/[^\s<>"]+`,
    String.raw`(?<![\w.+-])[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5}`,
    String.raw`(?<![\w@.\/-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}(?:${ENDINGS})(?![\w.-]*\w)(?:[\/?#][^\s<>"]*)?`,
  ].join("|"),
  "gi",
);

/** What ends a sentence, or closes what was opened before the address, is not part of it. */
const TRAILING = /[.,;:!?'"”’»)\]}*_~]$/;

export function linksIn(text: string): Found[] {
  const found: Found[] = [];
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    const href = hrefOf(address);
    if (href !== null) found.push({ start: match.index, end: match.index + address.length, href });
  }
  return found;
}

/** The address to open, or null where it is none: what a stranger sent is read by the browser's own parser and checked by its scheme. */
export function hrefOf(address: string): string | null {
  if (/^[^\s@/]+@[^\s@/]+$/.test(address)) return `mailto:${address}`;
  return safeUrl(/^https?:\/\//i.test(address) ? address : `https://${address}`);
}

/** The URL, if it leads to the web: a `javascript:` or `data:` one is null. */
export function safeUrl(address: string | null | undefined): string | null {
  if (!address || !URL.canParse(address)) return null;
  const url = new URL(address);
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
}

function trimmed(address: string): string {
  let end = address.length;
  // A bracket that was opened within the address belongs to it, as in a page of Wikipedia. Counted once: of a row of closing ones each
  // would cost the whole address.
  const opened = address.split("(").length - 1;
  let closed = address.split(")").length - 1;
  while (end > 0 && TRAILING.test(address.slice(end - 1, end))) {
    if (address[end - 1] === ")") {
      if (opened > 0 && closed <= opened) break;
      closed -= 1;
    }
    end -= 1;
  }
  return address.slice(0, end);
}
