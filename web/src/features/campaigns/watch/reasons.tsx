/** Why some failed, why some were left out, and which buttons were pressed. */

import { useFormat, useMessages } from "@/shared/i18n/language";
import { providersWords, whyOf } from "@/shared/whatsapp/why";
import { whyMessages } from "@/shared/whatsapp/why-messages";
import type { Progress } from "../api/campaigns";
import type { Report } from "../api/report";
import { watchMessages } from "./messages";
import classes from "./watch.module.css";

interface Line {
  key: string;
  words: string;
  /** The provider's own, where it says more. */
  small?: string | null;
  count: number;
}

export function Reasons({ progress, report }: { progress: Progress; report: Report | undefined }) {
  const t = useMessages(watchMessages);
  const why = useMessages(whyMessages);
  const failures = (report?.failures ?? []).map(({ kind, code, error, count }) => ({
    key: `${kind} ${code}`,
    words: whyOf({ reason: kind, error_code: code }, why) ?? kind,
    small: providersWords(error, code),
    count,
  }));
  const leftOut = Object.entries(progress.skipped_by ?? {}).map(([reason, count]) => ({
    key: reason,
    words: whyOf({ reason, error_code: null }, why) ?? reason,
    count,
  }));
  const clicks = (report?.clicks ?? []).map(({ button, count }) => ({ key: button, words: button, count }));
  if (failures.length + leftOut.length + clicks.length === 0) return null;
  return (
    <div className={classes["reasons"]}>
      <Lines title={t.failures} lines={failures} />
      <Lines title={t.leftOut} lines={leftOut} />
      <Lines title={t.clicks} lines={clicks} />
    </div>
  );
}

function Lines({ title, lines }: { title: string; lines: Line[] }) {
  const format = useFormat();
  if (lines.length === 0) return null;
  return (
    <section className={classes["card"]}>
      <h2 className={classes["subtitle"]}>{title}</h2>
      <table className={classes["lines"]}>
        <tbody>
          {lines.map(({ key, words, small, count }) => (
            <tr key={key}>
              <th scope="row">
                {words}
                {small && <span className={classes["small"]}>{small}</span>}
              </th>
              <td>{format.number(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
