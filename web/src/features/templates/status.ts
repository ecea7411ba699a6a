/** How a template stands, as a tone. Pure. */

import type { Tone } from "@/shared/ui/tone";

const TONES: Record<string, Tone> = {
  APPROVED: "good",
  PENDING: "quiet",
  IN_APPEAL: "quiet",
  ARCHIVED: "quiet",
  PENDING_DELETION: "quiet",
  PAUSED: "warn",
  LIMIT_EXCEEDED: "warn",
  REJECTED: "bad",
  DISABLED: "bad",
};
const QUALITY: Record<string, Tone> = { GREEN: "good", YELLOW: "warn", RED: "bad" };
const EDITABLE = ["APPROVED", "REJECTED", "PAUSED"];

export function toneOf(status: string | null): Tone {
  return TONES[status ?? ""] ?? "quiet";
}

/** null: Meta has not judged it yet. */
export function qualityTone(quality: string | null): Tone | null {
  return QUALITY[quality ?? ""] ?? null;
}

/** Meta edits no others [Meta: template management]. */
export function isEditable(status: string | null): boolean {
  return EDITABLE.includes(status ?? "");
}
