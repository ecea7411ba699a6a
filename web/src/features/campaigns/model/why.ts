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

function own(words: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(words, key) ? words[key] : undefined;
}
