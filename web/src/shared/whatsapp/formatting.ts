/**
 * WhatsApp's formatting as a tree, for React to draw: no text ever becomes HTML.
 *
 * *bold*, _italic_, ~strike~, `code`, ```several lines of code```, "- " and "1. " lists, "> " quotes, and links. A mark counts where a
 * word begins and ends, as on the phone: 2*3*4 stays as it is.
 */

import { type Found, linksIn } from "./links";

export type Piece =
  | { kind: "text"; text: string }
  | { kind: "bold" | "italic" | "strike"; pieces: Piece[] }
  | { kind: "code"; text: string }
  | { kind: "link"; text: string; href: string };

export type Block =
  | { kind: "lines"; pieces: Piece[] }
  | { kind: "code"; text: string }
  | { kind: "quote"; pieces: Piece[] }
  | { kind: "list"; ordered: boolean; items: { value: number; pieces: Piece[] }[] };

const FENCE = "```";
const MARKS = { "*": "bold", _: "italic", "~": "strike" } as const;
type Mark = keyof typeof MARKS;

const BULLET = /^[-*] (?=\S)/;
const NUMBER = /^(\d{1,3})\. (?=\S)/;
const QUOTE = /^> ?/;
/** Whole emoji, also those of several code points. The compiler does not know this flag yet, so it does not get to see it. */
const SETS = "gv";
const EMOJI = new RegExp(String.raw`\p{RGI_Emoji}`, SETS);
const WORD = /[\p{L}\p{N}]/u;

export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let rest = text;
  for (;;) {
    const start = rest.indexOf(FENCE);
    const end = start < 0 ? -1 : rest.indexOf(FENCE, start + FENCE.length);
    const code = end < 0 ? "" : rest.slice(start + FENCE.length, end);
    if (end < 0 || !code.includes("\n")) break; // within a line it is a piece, see below
    addLines(blocks, withoutLastBreak(rest.slice(0, start)));
    blocks.push({ kind: "code", text: code.replace(/^\n|\n$/g, "") });
    rest = rest.slice(end + FENCE.length).replace(/^\n/, "");
  }
  addLines(blocks, rest);
  return blocks;
}

/** The words alone, on one line: for previews and for a screen reader's announcement. */
export function plainOf(text: string): string {
  return blocksOf(text)
    .map((block) => {
      if (block.kind === "code") return block.text;
      if (block.kind === "list") return block.items.map((item) => wordsOf(item.pieces)).join(" · ");
      return wordsOf(block.pieces);
    })
    .join(" ")
    .replace(/\s+/g, " ")
    .trim();
}

/** Emoji and nothing else, few of them: shown large, as on the phone. */
export function emojiOnly(text: string): number {
  const tight = text.replace(/\s/g, "");
  if (tight.length === 0 || tight.length > 60) return 0;
  const found = tight.match(EMOJI);
  return found !== null && found.length <= 3 && found.join("") === tight ? found.length : 0;
}

function wordsOf(pieces: Piece[]): string {
  return pieces.map((piece) => ("pieces" in piece ? wordsOf(piece.pieces) : piece.text)).join("");
}

function withoutLastBreak(text: string): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}

function addLines(blocks: Block[], text: string): void {
  if (text === "") return;
  for (const line of text.split("\n")) addLine(blocks, line);
}

function addLine(blocks: Block[], line: string): void {
  const last = blocks.at(-1);
  const number = NUMBER.exec(line);
  const bullet = BULLET.test(line);
  if (number !== null || bullet) {
    const ordered = number !== null;
    const pieces = piecesOf(line.replace(ordered ? NUMBER : BULLET, ""));
    const item = { value: ordered ? Number(number[1]) : 0, pieces };
    if (last?.kind === "list" && last.ordered === ordered) last.items.push(item);
    else blocks.push({ kind: "list", ordered, items: [item] });
    return;
  }
  if (QUOTE.test(line) && line.length > 1) {
    const pieces = piecesOf(line.replace(QUOTE, ""));
    if (last?.kind === "quote") last.pieces.push({ kind: "text", text: "\n" }, ...pieces);
    else blocks.push({ kind: "quote", pieces });
    return;
  }
  if (last?.kind === "lines") last.pieces.push({ kind: "text", text: "\n" }, ...piecesOf(line));
  else blocks.push({ kind: "lines", pieces: piecesOf(line) });
}

/** The pieces of one line. */
export function piecesOf(line: string): Piece[] {
  return new Line(line).pieces(0, line.length, "");
}

class Line {
  private readonly text: string;
  private readonly links: Map<number, Found>;
  /** From where on it is known that a mark is closed no more: without it a line of opening marks would cost its square. */
  private readonly unclosed = new Map<string, number>();

  constructor(text: string) {
    this.text = text;
    this.links = new Map(linksIn(text).map((link) => [link.start, link]));
  }

  pieces(from: number, to: number, within: string): Piece[] {
    const pieces: Piece[] = [];
    let plainFrom = from;
    let at = from;
    const flush = (end: number) => {
      if (end > plainFrom) pieces.push({ kind: "text", text: this.text.slice(plainFrom, end) });
    };
    while (at < to) {
      const found = this.special(at, to, within);
      if (found === null) {
        at += 1;
        continue;
      }
      flush(at);
      pieces.push(found.piece);
      at = found.end;
      plainFrom = at;
    }
    flush(to);
    return pieces;
  }

  private special(at: number, to: number, within: string): { piece: Piece; end: number } | null {
    const link = this.links.get(at);
    if (link !== undefined && link.end <= to) {
      return { piece: { kind: "link", text: this.text.slice(at, link.end), href: link.href }, end: link.end };
    }
    const letter = this.text[at];
    if (letter === "`") return this.code(at, to);
    if ((letter === "*" || letter === "_" || letter === "~") && !within.includes(letter)) {
      return this.marked(letter, at, to, within);
    }
    return null;
  }

  private code(at: number, to: number): { piece: Piece; end: number } | null {
    for (const fence of [FENCE, "`"]) {
      if (!this.text.startsWith(fence, at)) continue;
      const end = this.text.indexOf(fence, at + fence.length);
      if (end > at + fence.length && end + fence.length <= to) {
        return {
          piece: { kind: "code", text: this.text.slice(at + fence.length, end) },
          end: end + fence.length,
        };
      }
    }
    return null;
  }

  private marked(mark: Mark, at: number, to: number, within: string): { piece: Piece; end: number } | null {
    if (!this.opens(at, to)) return null;
    const end = this.closing(mark, at + 1, to);
    if (end < 0) return null;
    const pieces = this.pieces(at + 1, end, within + mark);
    return { piece: { kind: MARKS[mark], pieces }, end: end + 1 };
  }

  private opens(at: number, to: number): boolean {
    const before = this.text[at - 1];
    const after = this.text[at + 1];
    return (
      at + 1 < to && after !== undefined && !/\s/.test(after) && (before === undefined || !WORD.test(before))
    );
  }

  private closing(mark: Mark, from: number, to: number): number {
    const known = `${mark}${to}`;
    if (from >= (this.unclosed.get(known) ?? Number.POSITIVE_INFINITY)) return -1;
    let at = from;
    while (at < to) {
      const link = this.links.get(at);
      if (link !== undefined) {
        at = link.end;
        continue;
      }
      if (this.text[at] === mark && at > from && this.closes(at, to)) return at;
      at += 1;
    }
    this.unclosed.set(known, from);
    return -1;
  }

  private closes(at: number, to: number): boolean {
    const before = this.text[at - 1] ?? " ";
    const after = at + 1 < to ? this.text[at + 1] : undefined;
    return !/\s/.test(before) && (after === undefined || !WORD.test(after));
  }
}
