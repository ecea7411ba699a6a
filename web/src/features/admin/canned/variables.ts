/** What a canned reply may leave open, and what it becomes. The server fills them in when a reply is used; this is for the preview. Pure. */

export const VARIABLES = ["contact_name", "contact_phone", "agent_name", "business_name"] as const;
export type Variable = (typeof VARIABLES)[number];

// With the space around the name: a pattern that leaves it out tries every way to share a long one among its parts, for minutes.
const ONE = /\{\{([^{}]*)\}\}/g;

export function isVariable(name: string): name is Variable {
  return VARIABLES.some((one) => one === name);
}

export type Piece = { text: string; variable: Variable | null };

/** The body in pieces: what stands as it is, and what is filled in. A name nobody knows stands as it is. */
export function pieces(body: string, values: Record<Variable, string>): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of body.matchAll(ONE)) {
    const name = (match[1] ?? "").trim();
    if (!isVariable(name)) continue;
    if (match.index > end) found.push({ text: body.slice(end, match.index), variable: null });
    found.push({ text: values[name], variable: name });
    end = match.index + match[0].length;
  }
  if (end < body.length) found.push({ text: body.slice(end), variable: null });
  return found;
}

/** Names in double braces that nothing is filled in for, each once. */
export function unknownIn(body: string): string[] {
  const names = [...body.matchAll(ONE)].map((match) => (match[1] ?? "").trim());
  return [...new Set(names.filter((name) => !isVariable(name)))];
}

/** Puts `{{name}}` where the cursor is; returns the text and where the cursor is to stand then. */
export function inserted(
  body: string,
  at: { start: number; end: number },
  variable: Variable,
): { body: string; cursor: number } {
  const word = `{{${variable}}}`;
  return { body: body.slice(0, at.start) + word + body.slice(at.end), cursor: at.start + word.length };
}
