/** The reactions to a message with our own as it was given here, before the server tells it. Pure. */

import type { Reaction } from "@/shared/store/types";

export function reactionsNow(
  told: readonly Reaction[] | undefined,
  own: { emoji: string; at: string } | null,
): readonly Reaction[] {
  const reactions = told ?? [];
  const ours = reactions.find((one) => one.who === "us");
  if (own === null || (ours !== undefined && Date.parse(ours.at) > Date.parse(own.at))) return reactions;
  const others = reactions.filter((one) => one.who !== "us");
  return own.emoji === "" ? others : [...others, { who: "us", ...own }];
}
