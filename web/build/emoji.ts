/**
 * The emoji of the picker, bundled with the product: `virtual:emoji/es` is one text, a line an emoji. No CDN is asked for anything.
 *
 *     #0                                          a group begins
 *     👋|saludo con la mano|hola adiós|wave|t     the emoji, its name, further words, its :shortcodes:, whether it has skin tones
 */

import { createRequire } from "node:module";
import type { Plugin } from "vite";

const NAME = "virtual:emoji/";
const LANGUAGES = ["en", "es", "pt"];
const FLAGS = "v"; // the compiler does not know it yet
const RGI = new RegExp(String.raw`^\p{RGI_Emoji}$`, FLAGS);
const COMPONENTS = 2; // skin tones and hair by themselves

interface Emoji {
  emoji: string;
  hexcode: string;
  label: string;
  tags?: string[];
  group?: number;
  order?: number;
  skins?: { emoji: string; tone: number | number[] }[];
}

const require = createRequire(import.meta.url);

export function emoji(): Plugin {
  return {
    name: "curbe-emoji",
    resolveId: (id) => (id.startsWith(NAME) ? `\0${id}` : null),
    load: (id) => {
      const language = id.startsWith(`\0${NAME}`) ? id.slice(NAME.length + 1) : "";
      return LANGUAGES.includes(language)
        ? `export const emoji = ${JSON.stringify(linesOf(language))};`
        : null;
    },
  };
}

function linesOf(language: string): string {
  const all: Emoji[] = require(`emojibase-data/${language}/data.json`);
  const shortcodes: Record<string, string | string[]> = require("emojibase-data/en/shortcodes/github.json");
  const lines: string[] = [];
  let group = -1;
  const shown = all.filter((one) => one.group !== undefined && one.group !== COMPONENTS);
  for (const one of shown.sort((a, b) => (a.order ?? 0) - (b.order ?? 0))) {
    if (one.group !== group) lines.push(`#${one.group}`);
    group = one.group ?? group;
    const words = new Set((one.tags ?? []).flatMap((tag) => tag.split(" ")));
    for (const word of one.label.split(" ")) words.delete(word);
    const codes = [shortcodes[one.hexcode] ?? []].flat().join(" ");
    lines.push(
      [qualified(one.emoji), one.label, [...words].join(" "), codes, hasTones(one) ? "t" : ""].join("|"),
    );
  }
  return lines.join("\n");
}

/** The data asks for an emoji's picture everywhere (U+FE0F); phones write it only where the character alone would be a letter. */
function qualified(emoji: string): string {
  const bare = emoji.replaceAll("\ufe0f", "");
  return RGI.test(bare) ? bare : emoji;
}

/** Whether putting a tone behind the first character gives the emoji in that tone, as the picker does. */
function hasTones(one: Emoji): boolean {
  const tones = one.skins?.filter((skin) => typeof skin.tone === "number") ?? [];
  return (
    tones.length === 5 &&
    tones.every((skin) => skin.emoji === toned(qualified(one.emoji), skin.tone as number))
  );
}

function toned(emoji: string, tone: number): string {
  const [first = "", ...rest] = [...emoji];
  const tail = rest[0] === "\ufe0f" ? rest.slice(1) : rest;
  return first + String.fromCodePoint(0x1f3fa + tone) + tail.join("");
}
