/** Where a campaign stands, in a word and a sign. */

import { useMessages } from "@/shared/i18n/language";
import { ToneWord } from "@/shared/ui/tone";
import type { CampaignState } from "../api/campaigns";
import { campaignMessages } from "../messages";
import { toneOf } from "../model/figures";

export function StateWord({ state }: { state: CampaignState }) {
  const t = useMessages(campaignMessages);
  return (
    <ToneWord tone={toneOf(state)} as="pill">
      {t.state[state]}
    </ToneWord>
  );
}
