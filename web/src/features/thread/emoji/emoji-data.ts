/** Emoji to choose from and to find by words or :shortcodes:, loaded when they are first needed. */

import type { Language } from "@/shared/i18n/catalogue";
import { read, write } from "@/shared/lib/storage";
import { folded } from "../model/folded";

export interface Emoji {
  emoji: string;
  name: string;
  codes: string[];
  tones: boolean;
  /** What is looked through, without accents. */
  words: string;
}

export interface EmojiGroup {
  id: number;
  emoji: Emoji[];
}

const LOADERS: Record<Language, () => Promise<{ emoji: string }>> = {
  en: () => import("virtual:emoji/en"),
  es: () => import("virtual:emoji/es"),
  pt: () => import("virtual:emoji/pt"),
};
const loaded = new Map<Language, Promise<EmojiGroup[]>>();

export function loadEmoji(language: Language): Promise<EmojiGroup[]> {
  const known = loaded.get(language);
  if (known) return known;
  const asked = LOADERS[language]().then(({ emoji }) => parsed(emoji));
  loaded.set(language, asked);
  asked.catch(() => loaded.delete(language)); // they may be there the next time
  return asked;
}

export function parsed(lines: string): EmojiGroup[] {
  const groups: EmojiGroup[] = [];
  for (const line of lines.split("\n")) {
    if (line.startsWith("#") && !line.includes("|")) {
      groups.push({ id: Number(line.slice(1)), emoji: [] });
      continue;
    }
    const [emoji = "", name = "", more = "", codes = "", tones = ""] = line.split("|");
    groups.at(-1)?.emoji.push({
      emoji,
      name,
      codes: codes.split(" ").filter(Boolean),
      tones: tones === "t",
      words: folded(`${name} ${more} ${codes.replaceAll("_", " ")} ${codes}`),
    });
  }
  return groups;
}

/** Those in which every word of the query begins a word; what is called exactly so comes first. */
export function foundIn(groups: readonly EmojiGroup[], query: string, most: number): Emoji[] {
  const wanted = folded(query)
    .split(/[\s_]+/)
    .filter(Boolean);
  if (wanted.length === 0) return [];
  const exact = folded(query).trim().replace(/\s+/g, "_");
  const ranked: { one: Emoji; rank: number }[] = [];
  for (const group of groups) {
    for (const one of group.emoji) {
      const padded = ` ${one.words}`;
      if (!wanted.every((word) => padded.includes(` ${word}`) || padded.includes(`_${word}`))) continue;
      const rank = one.codes.includes(exact)
        ? 0
        : one.codes.some((code) => code.startsWith(exact))
          ? 1
          : folded(one.name).startsWith(exact)
            ? 2
            : 3;
      ranked.push({ one, rank });
    }
  }
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ one }) => one);
}

/** The emoji for a `:shortcode:` that is written out. */
export function byCode(groups: readonly EmojiGroup[], code: string): string | null {
  for (const group of groups) {
    const found = group.emoji.find((one) => one.codes.includes(code));
    if (found) return found.emoji;
  }
  return null;
}

export const TONES = ["", "🏻", "🏼", "🏽", "🏾", "🏿"] as const;

/** The emoji in a skin tone: the tone stands behind its first character. */
export function toned(one: Emoji, tone: string): string {
  if (!one.tones || tone === "") return one.emoji;
  const [first = "", ...rest] = [...one.emoji];
  return first + tone + (rest[0] === "\ufe0f" ? rest.slice(1) : rest).join("");
}

const RECENT = "curbe.emoji.recent";
const TONE = "curbe.emoji.tone";
const MOST_RECENT = 24;
const USUAL = ["👍", "😊", "🙏", "❤️", "😂", "👋", "🎉", "✅"];

export function recentEmoji(): string[] {
  const kept = (read(RECENT) ?? "").split(" ").filter(Boolean);
  return [...new Set([...kept, ...USUAL])].slice(0, MOST_RECENT);
}

export function rememberEmoji(emoji: string): void {
  write(RECENT, [...new Set([emoji, ...recentEmoji()])].slice(0, MOST_RECENT).join(" "));
}

export function chosenTone(): string {
  return read(TONE) ?? "";
}

export function chooseTone(tone: string): void {
  write(TONE, tone || null);
}
