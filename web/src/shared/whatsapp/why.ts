/** Why somebody does not get it, in one sentence: Meta's code says most, then what its no means, then the gate's own. Pure. */

interface Words {
  readonly refused: Readonly<Record<string, string>>;
  readonly kind: Readonly<Record<string, string>>;
  readonly code: Readonly<Record<string, string>>;
  readonly unknown: string;
}

interface Told {
  reason: string | null;
  error_code: number | null;
}

export function whyOf({ reason, error_code }: Told, words: Words): string | null {
  if (reason === null && error_code === null) return null;
  return (
    own(words.code, String(error_code)) ??
    own(words.refused, reason ?? "") ??
    own(words.kind, reason ?? "") ??
    words.unknown
  );
}

/** The provider's code and own words, for who looks them up: "131026 · Message Undeliverable"; null where it told nothing. */
export function providersWords(detail: string | null, code: number | null): string | null {
  if (code === null) return null;
  const told = /\(([^()]+)\)\s*$/.exec(detail ?? "")?.[1] ?? "";
  const [title = "", ...rest] = told.split(": ");
  const words = rest.join(": ") === title ? title : told;
  return words ? `${code} · ${words}` : String(code);
}

function own(words: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(words, key) ? words[key] : undefined;
}
