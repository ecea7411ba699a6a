/** What a gap of a template is called: where it stands, and its variable. Pure. */

import type { Field } from "./templates";

interface Words {
  gap: {
    header: (variable: string) => string;
    body: (variable: string) => string;
    button: (url: string) => string;
    code: string;
    location: string;
  };
  head: { image: string; video: string; document: string };
}

export function gapName(field: Field, { gap, head }: Words): string {
  if (field.kind === "image" || field.kind === "video" || field.kind === "document") return head[field.kind];
  if (field.kind === "location") return gap.location;
  if (field.kind === "code") return gap.code;
  if (field.where === "header") return gap.header(field.variable);
  return field.where === "button" ? gap.button(field.variable) : gap.body(field.variable);
}
