/** A steady colour for a person or a label without one: the same for the same name, everywhere. */

// Hues far enough apart to tell neighbours in a list; the saturation is low on purpose.
const HUES = [152, 200, 262, 322, 18, 42, 88, 228] as const;

function hueOf(seed: string): number {
  let hash = 2166136261;
  for (const letter of seed) {
    hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16777619);
  }
  return HUES[(hash >>> 0) % HUES.length] ?? HUES[0];
}

/** Ground and words of an avatar; both schemes keep 4.5:1 between them. */
export function avatarColors(seed: string): { background: string; color: string } {
  const hue = hueOf(seed);
  return {
    background: `light-dark(hsl(${hue} 42% 88%), hsl(${hue} 26% 26%))`,
    color: `light-dark(hsl(${hue} 50% 24%), hsl(${hue} 50% 84%))`,
  };
}

/** One or two letters of a name; a number or nothing gives a neutral sign. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/\s+/)
    .filter((word) => /\p{L}/u.test(word));
  const first = words[0] ?? "";
  const last = words.length > 1 ? (words[words.length - 1] ?? "") : "";
  const letter = (word: string) => (word.match(/\p{L}/u)?.[0] ?? "").toLocaleUpperCase();
  return letter(first) + letter(last) || "#";
}
