/** A contact card as a file that any address book takes (vCard 3.0). Pure. */

import type { Card } from "./shape";

export function vcardOf(card: Card): string {
  const name = card.name ?? card.phones[0]?.phone ?? "";
  const lines = ["BEGIN:VCARD", "VERSION:3.0", `FN:${escaped(name)}`, `N:;${escaped(name)};;;`];
  if (card.organization) lines.push(`ORG:${escaped(card.organization)}`);
  for (const { phone, type } of card.phones) {
    if (phone)
      lines.push(`TEL;TYPE=${/^[a-z]+$/i.test(type ?? "") ? type?.toUpperCase() : "CELL"}:${escaped(phone)}`);
  }
  for (const email of card.emails) lines.push(`EMAIL:${escaped(email)}`);
  if (card.birthday) lines.push(`BDAY:${escaped(card.birthday)}`);
  return `${[...lines, "END:VCARD"].join("\r\n")}\r\n`;
}

/** A name for the file, without what no file's name may hold. */
export function vcardName(card: Card): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is taken out
  return `${(card.name ?? "contact").replace(/[\u0000-\u001f/\\:*?"<>|]/g, " ").trim() || "contact"}.vcf`;
}

function escaped(text: string): string {
  return text.replace(/\\/g, "\\\\").replace(/\r?\n/g, "\\n").replace(/[,;]/g, "\\$&");
}
