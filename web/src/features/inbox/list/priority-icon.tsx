/** How urgent a conversation is, as a sign: its shape tells it, whatever colour it has. */

import { IconChevronDown, IconChevronsUp, IconChevronUp, IconEqual, IconFlag } from "@tabler/icons-react";
import type { Priority } from "@/shared/store/types";

const ICONS = {
  none: IconFlag,
  low: IconChevronDown,
  medium: IconEqual,
  high: IconChevronUp,
  urgent: IconChevronsUp,
} as const satisfies Record<Priority, typeof IconFlag>;

export function PriorityIcon({ priority, size }: { priority: Priority; size: number }) {
  const Icon = ICONS[priority];
  return <Icon size={size} stroke={priority === "none" ? 1.7 : 2.2} aria-hidden="true" />;
}
