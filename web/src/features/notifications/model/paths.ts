/**
 * The small part of JSONPath that rules use (docs/reference/notifications.md): `$.candidate.phones[0]`. What is a path here is one to the
 * server, and leads to the same value. Pure.
 */

const STEP = /\.([A-Za-z_][\p{L}\p{N}_-]*)|\[(-?\d{1,4})\]|\['([^'\\]{1,200})'\]|\["([^"\\]{1,200})"\]/uy;
const PLAIN_NAME = /^[A-Za-z_][\p{L}\p{N}_-]*$/u;
const LONGEST = 500;
const MOST_LEAVES = 300;
const DEEPEST = 12;

export type Step = string | number;

/** Returns the steps of a path; null where it is none. */
export function stepsOf(path: string): Step[] | null {
  if ([...path].length > LONGEST || !path.startsWith("$")) return null;
  const found: Step[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path);
    if (!match) return null;
    found.push(match[2] === undefined ? (match[1] ?? match[3] ?? match[4] ?? "") : Number(match[2]));
  }
  return found;
}

/** Returns the path of those steps; null where a name is none that a path can have. */
export function pathOf(steps: readonly Step[]): string | null {
  const parts = steps.map((step) => {
    if (typeof step === "number") return `[${step}]`;
    if (PLAIN_NAME.test(step)) return `.${step}`;
    const quote = step.includes("'") ? '"' : "'";
    return `[${quote}${step}${quote}]`;
  });
  const path = `$${parts.join("")}`;
  return stepsOf(path)?.length === steps.length ? path : null;
}

/** Returns what stands at a path; null where nothing does, or the path is none. */
export function valueAt(data: unknown, path: string): unknown {
  const steps = stepsOf(path);
  if (!steps) return null;
  let found: unknown = data;
  for (const step of steps) {
    if (typeof step === "number") found = Array.isArray(found) ? found.at(step) : null;
    else found = isObject(found) && Object.hasOwn(found, step) ? found[step] : null;
  }
  return found ?? null;
}

export interface Leaf {
  path: string;
  /** The name of the member it is, or of the list it stands in. */
  name: string;
  value: string | number | boolean | null;
}

/** Returns every single value of some data with the path to it, in the order of the data. */
export function leavesOf(data: unknown): Leaf[] {
  const found: Leaf[] = [];
  const look = (value: unknown, steps: readonly Step[]): void => {
    if (found.length >= MOST_LEAVES || steps.length > DEEPEST) return;
    if (Array.isArray(value)) {
      for (const [index, one] of value.entries()) look(one, [...steps, index]);
    } else if (isObject(value)) {
      for (const [name, one] of Object.entries(value)) look(one, [...steps, name]);
    } else {
      const path = pathOf(steps);
      const name = steps.findLast((step) => typeof step === "string");
      if (path !== null) found.push({ path, name: String(name ?? ""), value: value as Leaf["value"] });
    }
  };
  look(data, []);
  return found;
}

/** Puts a value where a path leads, making what it leads through; what stands in the way stays. */
export function put(data: Record<string, unknown>, path: string, value: unknown): void {
  const steps = stepsOf(path);
  if (!steps || steps.length === 0) return;
  let inside: unknown = data;
  for (const [index, step] of steps.entries()) {
    const next = steps[index + 1];
    const made = next === undefined ? value : typeof next === "number" ? [] : {};
    const key = typeof step === "number" ? Math.max(step, 0) : step;
    if (Array.isArray(inside) ? typeof key !== "number" : !isObject(inside) || typeof key === "number")
      return;
    const holder = inside as Record<Step, unknown>;
    if (next === undefined && holder[key] !== undefined) return;
    holder[key] ??= made;
    inside = holder[key];
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
