/** What follows from events of one's own systems: the rules, what became of it, and how to tell of an event. */

import { useParams } from "wouter";
import { Connect } from "./connect";
import { History } from "./history/history";
import type { View } from "./parts/views";
import { RuleList } from "./rule-list";

const PARTS = { rules: RuleList, history: History, connect: Connect } as const;

export function NotificationsPage() {
  const { view = "rules" } = useParams<{ view?: View }>();
  const Part = Object.hasOwn(PARTS, view) ? PARTS[view] : RuleList;
  return <Part />;
}
