/** Whom it helps to try again, as the server chooses (src/curbe/campaigns/report.py). Pure. */

interface Failure {
  kind: string;
  code: number | null;
}

const PUT_OFF = new Set(["throttled", "transient", "unreachable", "storage", "unlisted"]);
const TEMPLATE_PAUSED = 132_015;

/** Those whom the provider put off too long, and those who met a template that was paused. */
export function helpsToRetry({ kind, code }: Failure): boolean {
  return PUT_OFF.has(kind) || (kind === "template" && (code === null || code === TEMPLATE_PAUSED));
}
