/** A template whose variables are filled in by hand: which ones it has, what it then says, and what is posted. Pure. */

import type { Json } from "@/shared/store/types";

interface Component {
  type: string;
  format?: string;
  text?: string;
  buttons?: { type: string; text?: string; url?: string }[];
}

export interface Template {
  id: string;
  name: string;
  language: string;
  status: string | null;
  components: Component[] | null;
}

/** A variable: which part it stands in, and its name or number. */
export interface Variable {
  part: "header" | "body";
  name: string;
}

const VARIABLE = /\{\{\s*([\w]+)\s*\}\}/g;

export function variablesOf(template: Template): Variable[] {
  return (["header", "body"] as const).flatMap((part) =>
    namesIn(textOf(template, part)).map((name) => ({ part, name })),
  );
}

/** Tell whether it can be sent by filling in words alone: no file in its header, no variable in a button. */
export function isWordsOnly(template: Template): boolean {
  const header = partOf(template, "header");
  const plainHeader = !header || (header.format ?? "TEXT").toUpperCase() === "TEXT";
  const buttons = partOf(template, "buttons")?.buttons ?? [];
  return (
    plainHeader &&
    buttons.every((button) => button.type.toUpperCase() !== "COPY_CODE" && !button.url?.includes("{{"))
  );
}

export const keyOf = ({ part, name }: Variable): string => `${part}.${name}`;

/** Return a part with its variables filled in; those without a value stay as they are written. */
export function filled(
  template: Template,
  part: "header" | "body" | "footer",
  values: Readonly<Record<string, string>>,
): string {
  return textOf(template, part).replace(
    VARIABLE,
    (written, name: string) => values[`${part}.${name}`]?.trim() || written,
  );
}

/** Return what is posted as `template`. */
export function templateBody(template: Template, values: Readonly<Record<string, string>>): Json {
  const components = (["header", "body"] as const).flatMap((part) => {
    const names = namesIn(textOf(template, part));
    if (names.length === 0) return [];
    const numbered = names.every((name) => /^\d+$/.test(name));
    const parameters = names.map((name) => ({
      type: "text",
      text: (values[`${part}.${name}`] ?? "").trim(),
      ...(!numbered && { parameter_name: name }),
    }));
    return [{ type: part, parameters }];
  });
  return {
    name: template.name,
    language: { code: template.language },
    ...(components.length > 0 && { components }),
  };
}

function namesIn(text: string): string[] {
  const names = [...new Set([...text.matchAll(VARIABLE)].map((match) => match[1] ?? ""))];
  return names.sort((one, other) => Number(one) - Number(other) || 0);
}

function textOf(template: Template, part: "header" | "body" | "footer"): string {
  return partOf(template, part)?.text ?? "";
}

function partOf(template: Template, part: string): Component | undefined {
  return template.components?.find((component) => component.type.toLowerCase() === part);
}
