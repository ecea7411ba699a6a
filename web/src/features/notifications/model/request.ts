/** The request by which a system tells of an event. Pure. */

import type { Rule } from "../api/notifications";
import { put, stepsOf, valueAt } from "./paths";
import { sampleFor } from "./sample";

const SAMPLE_ID = "order-1042";

/** What an event of several rules has: all that any of them reads. */
export function sampleOfAll(rules: readonly Rule[]): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const rule of rules) {
    const own = sampleFor(rule);
    const variables = Object.values(rule.variables ?? {}).map(({ path }) => path);
    const conditions = (rule.conditions ?? []).map(({ path }) => path);
    for (const path of [rule.recipient, ...conditions, ...variables]) {
      if (typeof path !== "string" || stepsOf(path) === null) continue;
      const value = valueAt(own, path);
      if (value !== null) put(made, path, value);
    }
  }
  return made;
}

interface Request {
  origin: string;
  tenantId: string;
  event: string;
  data: Record<string, unknown>;
}

/** A line of a shell, to be pasted as it is; the key comes from the environment. */
export function requestFor({ origin, tenantId, event, data }: Request): string {
  const body = JSON.stringify({ event, id: SAMPLE_ID, data }, null, 2).replaceAll("'", String.raw`'\''`);
  return [
    `curl -X POST '${origin}/api/tenants/${tenantId}/notifications/events' \\`,
    `  -H "Authorization: Bearer $CURBE_KEY" \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '${body}'`,
  ].join("\n");
}
