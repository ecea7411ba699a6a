import { describe, expect, it } from "vitest";
import { blocksOf, emojiOnly, type Piece, piecesOf, plainOf } from "./formatting";

/** A tree as text: easier to read in a failure. */
function shown(pieces: readonly Piece[]): string {
  const marks = { bold: "b", italic: "i", strike: "s" } as const;
  return pieces
    .map((piece) => {
      if (piece.kind === "text") return piece.text;
      if (piece.kind === "code") return `<code>${piece.text}</code>`;
      if (piece.kind === "link") return `<a ${piece.href}>${piece.text}</a>`;
      return `<${marks[piece.kind]}>${shown(piece.pieces)}</${marks[piece.kind]}>`;
    })
    .join("");
}

describe("WhatsApp's formatting", () => {
  it.each([
    ["*bold* _italic_ ~strike~ `code`", "<b>bold</b> <i>italic</i> <s>strike</s> <code>code</code>"],
    ["*bold _and italic_*", "<b>bold <i>and italic</i></b>"],
    ["```one line```", "<code>one line</code>"],
    ["(*so*), *so*.", "(<b>so</b>), <b>so</b>."],
    ["¿*Mañana*?", "¿<b>Mañana</b>?"],
  ])("is read: %s", (text, tree) => {
    expect(shown(piecesOf(text))).toBe(tree);
  });

  it.each([
    "2*3*4",
    "snake_case_name",
    "* not bold *",
    "*open",
    "**",
    "a * b * c",
    "*two\u2028",
    "`",
    "~~",
    "price_in_EUR and other_name",
  ])("is left alone where no word begins or ends: %s", (text) => {
    expect(shown(piecesOf(text))).toBe(text);
  });

  it("does not reach over the end of a line", () => {
    expect(blocksOf("*one\ntwo*")).toEqual([
      {
        kind: "lines",
        pieces: [
          { kind: "text", text: "*one" },
          { kind: "text", text: "\n" },
          { kind: "text", text: "two*" },
        ],
      },
    ]);
  });

  it("knows lists, quotes and fences", () => {
    const kinds = blocksOf(
      "Trae:\n- DNI\n- *tarjeta*\n\n> avisa\n> antes\n1. entra\n2. pregunta\n```\nlet a;\n```\nfin",
    ).map((block) => block.kind);
    expect(kinds).toEqual(["lines", "list", "lines", "quote", "list", "code", "lines"]);
  });

  it("keeps the numbers that somebody wrote", () => {
    const [list] = blocksOf("7. siete\n9. nueve");
    expect(list?.kind === "list" && list.items.map((item) => item.value)).toEqual([7, 9]);
  });

  it("makes links of web and mail, without what ends the sentence", () => {
    expect(shown(piecesOf("Mira https://a.example/x_y_z?q=1, o (www.b.com/p). Escribe a ana@c.es!"))).toBe(
      "Mira <a https://a.example/x_y_z?q=1>https://a.example/x_y_z?q=1</a>, o (<a https://www.b.com/p>www.b.com/p</a>). Escribe a <a mailto:ana@c.es>ana@c.es</a>!",
    );
  });

  it("keeps a bracket that belongs to the address", () => {
    expect(shown(piecesOf("https://es.wikipedia.org/wiki/Sol_(estrella)"))).toContain("Sol_(estrella)</a>");
    expect(shown(piecesOf("(https://es.wikipedia.org/wiki/Sol_(estrella)))."))).toContain(
      "Sol_(estrella)</a>)).",
    );
  });

  it.each([
    "javascript:alert(1)",
    "data:text/html,<b>",
    "vbscript:x",
    "file:///etc/passwd",
    "https://",
    "1.5.2",
    "hola.que tal",
  ])("makes no link of %s", (text) => {
    expect(shown(piecesOf(text))).not.toContain("<a ");
  });

  it("does not break a link at its underscores, nor lose the mark around it", () => {
    expect(shown(piecesOf("*https://a.example/_x_y*"))).toBe(
      "<b><a https://a.example/_x_y>https://a.example/_x_y</a></b>",
    );
  });

  it("reads hostile texts in time that grows with their length, not its square", () => {
    const hostile = [
      " *a".repeat(20_000),
      "_".repeat(60_000),
      "`*_~".repeat(15_000),
      "a@".repeat(30_000),
      "a.".repeat(30_000),
      "https://".repeat(8_000),
      `https://a.example/(${")".repeat(60_000)}`,
    ];
    const began = performance.now();
    for (const text of hostile) blocksOf(text);
    expect(performance.now() - began).toBeLessThan(6_000);
  });

  it("loses no letter", () => {
    for (const text of ["*a* b_c_ ~d~ `e` https://f.com.", "- a\n- b", "x ``` y", "> q\nz"]) {
      const letters = plainOf(text).replace(/\W/g, "");
      for (const letter of text.replace(/\W|_/g, "")) expect(letters).toContain(letter);
    }
  });
});

describe("emoji alone", () => {
  it.each([
    ["❤️", 1],
    ["👩‍👩‍👧‍👦 👍🏽", 2],
    ["🙏🎉😀", 3],
    ["🙏🎉😀👍", 0],
    ["ok 👍", 0],
    ["123", 0],
    ["", 0],
  ])("%s are %d large ones", (text, count) => {
    expect(emojiOnly(text)).toBe(count);
  });
});
