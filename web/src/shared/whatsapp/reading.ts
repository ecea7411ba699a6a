/** Reading JSON that a stranger may have written: whatever has another shape than expected is simply absent. */

export type Json = { readonly [member: string]: unknown };

export function objectIn(value: unknown): Json | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

export function textIn(value: unknown): string | null {
  if (typeof value === "string") return value === "" ? null : value;
  return typeof value === "number" ? String(value) : null;
}

export function numberIn(value: unknown): number | null {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

export function objectsIn(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(objectIn).filter((one) => one !== null) : [];
}

export function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.map(textIn).filter((one) => one !== null) : [];
}

/** The value at the end of a path of members, or undefined. */
export function at(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const member of path) found = objectIn(found)?.[member];
  return found;
}
