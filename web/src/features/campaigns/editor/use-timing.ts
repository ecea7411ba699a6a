/** The third step's timing: what is stored of it, and what is chosen over that and not saved yet. It lives above the steps. */

import { useState } from "react";
import { ownZone } from "@/shared/lib/zones";
import { type Campaign, useChange } from "../api/campaigns";
import { isAlike } from "../model/alike";

export type Timing = Required<Pick<Campaign, "time_zone" | "quiet_hours" | "ramp_up" | "pause_at_failures">>;
export type TimingDraft = ReturnType<typeof useTiming>;

export function useTiming(campaign: Campaign | null) {
  const [chosen, setChosen] = useState<Partial<Timing>>({});
  const change = useChange(campaign?.id ?? "");
  const stored = timingOf(campaign);
  const now: Timing = { ...stored, ...chosen };
  const quiet = now.quiet_hours;
  const endless = quiet !== null && quiet.start === quiet.end;
  const sound = !endless && (quiet === null || Boolean(quiet.start && quiet.end));
  const differs = !isAlike(stored, now);
  const save = (onSaved: () => void) => {
    if (!sound) return;
    if (!differs) return onSaved();
    change.mutate(now, {
      onSuccess: () => {
        // What was chosen since the question went stays.
        setChosen((former) => unlike(former, now));
        onSaved();
      },
    });
  };
  return {
    ...{ stored, now, endless, sound, differs, save, isSaving: change.isPending, error: change.error },
    forgetError: () => {
      if (change.isError) change.reset();
    },
    choose: (changes: Partial<Timing>) => setChosen((former) => ({ ...former, ...changes })),
  };
}

/** Those that are not as they were stored. */
function unlike(chosen: Partial<Timing>, saved: Timing): Partial<Timing> {
  const rest = Object.entries(chosen).filter(([name, one]) => !isAlike(one, saved[name as keyof Timing]));
  return Object.fromEntries(rest);
}

export function timingOf(campaign: Campaign | null): Timing {
  return {
    time_zone: campaign?.time_zone ?? ownZone(),
    quiet_hours: campaign?.quiet_hours ?? null,
    ramp_up: campaign?.ramp_up ?? null,
    pause_at_failures: campaign?.pause_at_failures ?? null,
  };
}
