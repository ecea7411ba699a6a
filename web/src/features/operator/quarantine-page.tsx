/** What Meta sent and no tenant has: by number, item by item, and applied again. */

import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { SettingsBody } from "@/shared/ui/settings-section";
import { type ReplayRequest, useReplay } from "./api/quarantine";
import { Items } from "./quarantine/items";
import { quarantineMessages } from "./quarantine/messages";
import { Numbers } from "./quarantine/numbers";
import { ReplayResult } from "./quarantine/replay-result";

type View = "numbers" | "items";

export function QuarantinePage() {
  const t = useMessages(quarantineMessages);
  const [view, setView] = useState<View>("numbers");
  const { replay, progress } = useReplay();
  const begin = (wanted: ReplayRequest) => replay.mutate(wanted);
  return (
    <SettingsBody title={t.title} hint={t.hint}>
      <SegmentedControl
        mt="md"
        value={view}
        onChange={(value) => setView(value as View)}
        data={[
          { value: "numbers", label: t.numbers },
          { value: "items", label: t.items },
        ]}
      />
      {!replay.isIdle && (
        <ReplayResult
          progress={progress}
          running={replay.isPending}
          error={replay.error}
          onClose={replay.reset}
        />
      )}
      {view === "numbers" ? (
        <Numbers busy={replay.isPending} onReplay={begin} />
      ) : (
        <Items busy={replay.isPending} onReplay={begin} />
      )}
    </SettingsBody>
  );
}
