import {
  IconClockPause,
  IconFlag,
  IconMessageBolt,
  IconMoodSmile,
  IconUsersGroup,
} from "@tabler/icons-react";
import type { Kind } from "./api/automations";

const ICONS = {
  keyword_reply: IconMessageBolt,
  away: IconClockPause,
  welcome: IconMoodSmile,
  assign: IconUsersGroup,
  priority: IconFlag,
} as const;

export function KindIcon({ kind, size = 20 }: { kind: Kind; size?: number }) {
  const Icon = ICONS[kind];
  return <Icon size={size} stroke={1.6} aria-hidden="true" />;
}
