/** Whether two things of the API say the same: what is left out, null or an empty list is one. Pure. */

export function isAlike(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(
          Object.entries(part)
            .filter(([, one]) => one !== null && !(Array.isArray(one) && one.length === 0))
            .sort(([one], [other]) => (one < other ? -1 : 1)),
        )
      : part,
  );
}
