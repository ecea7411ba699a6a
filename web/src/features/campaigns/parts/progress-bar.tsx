/** A campaign's recipients as one bar, each part in its colour; the same in words for who does not see it. */

import { useFormat, useMessages } from "@/shared/i18n/language";
import type { Progress } from "../api/campaigns";
import { campaignMessages } from "../messages";
import { doneOf, percentOf, sharesOf } from "../model/figures";
import classes from "./progress-bar.module.css";

export function ProgressBar({ progress, tall = false }: { progress: Progress; tall?: boolean }) {
  const t = useMessages(campaignMessages);
  const format = useFormat();
  const shares = sharesOf(progress);
  const words = shares.map(({ part, count }) => `${t.part[part]}: ${format.number(count)}`).join(", ");
  return (
    <div
      className={classes["bar"]}
      data-tall={tall || undefined}
      role="progressbar"
      aria-label={t.title}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percentOf(doneOf(progress), progress.recipients)}
      aria-valuetext={words || t.nobody}
    >
      {shares.map(({ part, count }) => (
        <span key={part} data-part={part} style={{ flexGrow: count }} title={t.part[part]} />
      ))}
    </div>
  );
}
