/** Mine, Unassigned, All, with how much waits in each. */

import { useFormat, useMessages } from "@/shared/i18n/language";
import { useCounts } from "@/shared/store/hooks";
import type { Counts } from "@/shared/store/types";
import type { Tab } from "@/shared/store/views";
import { listMessages } from "./messages";
import classes from "./tabs.module.css";
import { TABS } from "./view-params";

export function Tabs({ tab, onTab }: { tab: Tab; onTab: (tab: Tab) => void }) {
  const t = useMessages(listMessages);
  const counts = useCounts();
  return (
    <nav className={classes["tabs"]} aria-label={t.lists}>
      {TABS.map((one) => (
        <button
          key={one}
          type="button"
          className={classes["tab"]}
          aria-pressed={one === tab}
          onClick={() => onTab(one)}
        >
          {t.tabs[one]}
          {counts && <Count counts={counts} tab={one} />}
        </button>
      ))}
    </nav>
  );
}

function Count({ counts, tab }: { counts: Counts; tab: Tab }) {
  const format = useFormat();
  const count = counts[tab];
  const most = counts.capped_at;
  return (
    <span className={classes["count"]} data-unread={counts[`unread_${tab}`] > 0 || undefined}>
      {count >= most ? `${format.number(most)}+` : format.number(count)}
    </span>
  );
}
