/** A contact card as a file that any address book takes (vCard 3.0). Pure. */

import type { Card } from "./shape";

export function vcardOf(card: Card): string {
  const name = card.name ?? card.phones[0]?.phone ?? "";
  const lines = ["BEGIN:VCARD", "VERSION:3.0", `FN:${escaped(name)}`, `N:;${escaped(name)};;;`];
  const company = [card.organization, card.department].map((word) => escaped(word ?? ""));
  if (card.organization || card.department) lines.push(`ORG:${company.join(";").replace(/;$/, "")}`);
  if (card.title) lines.push(`TITLE:${escaped(card.title)}`);
  for (const { phone, type } of card.phones) {
    if (phone) lines.push(`TEL;TYPE=${typed(type, "CELL")}:${escaped(phone)}`);
  }
  for (const email of card.emails) lines.push(`EMAIL:${escaped(email)}`);
  // A URI, whose commas and semicolons stand for themselves.
  for (const url of card.urls) lines.push(`URL:${url.replace(/[\r\n]/g, "")}`);
  for (const { street, city, state, zip, country, type } of card.addresses) {
    const parts = [null, null, street, city, state, zip, country].map((part) => escaped(part ?? ""));
    lines.push(`ADR;TYPE=${typed(type, "HOME")}:${parts.join(";")}`);
  }
  if (card.birthday) lines.push(`BDAY:${escaped(card.birthday)}`);
  return `${[...lines, "END:VCARD"].join("\r\n")}\r\n`;
}

/** A name for the file, without what no file's name may hold. */
export function vcardName(card: Card): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is taken out
  return `${(card.name ?? "contact").replace(/[\u0000-\u001f/\\:*?"<>|]/g, " ").trim() || "contact"}.vcf`;
}

function typed(type: string | null, otherwise: string): string {
  return /^[a-z]+$/i.test(type ?? "") ? (type ?? "").toUpperCase() : otherwise;
}

function escaped(text: string): string {
  return text.replace(/\\/g, "\\\\").replace(/\r?\n/g, "\\n").replace(/[,;]/g, "\\$&");
}
