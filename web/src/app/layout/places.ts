/** The places of a workspace, in the order of the rail: the first ones are at hand on a phone, the rest behind "More". */

import {
  IconBellRinging,
  IconChartBar,
  IconMessages,
  IconPlugConnected,
  IconRobot,
  IconServerCog,
  IconSettings,
  IconSpeakerphone,
  IconTemplate,
} from "@tabler/icons-react";
import type { ComponentType } from "react";

export interface Place {
  name:
    | "inbox"
    | "campaigns"
    | "templates"
    | "reports"
    | "notifications"
    | "automations"
    | "connections"
    | "settings"
    | "operator";
  icon: ComponentType<{ size?: number; stroke?: number }>;
  to: string;
  /** The addresses below which one is there. */
  within: string;
}

interface Kind extends Pick<Place, "name" | "icon"> {
  /** Where it begins, when that is not the place's own address. */
  first?: string;
  /** What one must hold to see it. */
  scope?: string;
}

const KINDS: readonly Kind[] = [
  { name: "inbox", icon: IconMessages },
  { name: "campaigns", icon: IconSpeakerphone, scope: "campaigns:read" },
  { name: "templates", icon: IconTemplate },
  { name: "reports", icon: IconChartBar, scope: "reports:read" },
  { name: "notifications", icon: IconBellRinging, scope: "notifications:write" },
  { name: "automations", icon: IconRobot, scope: "automations:write" },
  { name: "connections", icon: IconPlugConnected },
  { name: "settings", icon: IconSettings, first: "settings/profile" },
];

const OPERATOR: Place = {
  name: "operator",
  icon: IconServerCog,
  to: "/operator/tenants",
  within: "/operator",
};

/** A phone's bar has room for five, the last of which is "More". */
export const AT_HAND = 4;

/** `home`: the workspace's address; null where one is in none. */
export function placesOf(
  home: string | null,
  can: (scope: string) => boolean,
  isOperator: boolean,
): readonly Place[] {
  const seen = home === null ? [] : KINDS.filter(({ scope }) => !scope || can(scope));
  const places = seen.map(({ name, icon, first = name }) => ({
    name,
    icon,
    to: `${home}/${first}`,
    within: `${home}/${name}`,
  }));
  return isOperator ? [...places, OPERATOR] : places;
}

export function isWithin(location: string, { within }: Pick<Place, "within">): boolean {
  return location === within || location.startsWith(`${within}/`);
}
