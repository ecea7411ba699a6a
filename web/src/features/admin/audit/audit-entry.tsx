import { IconChevronRight, IconKey, IconRobot, IconTerminal2, IconUserQuestion } from "@tabler/icons-react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { Avatar } from "@/shared/ui/avatar";
import type { AuditRow, Names } from "../api/audit";
import classes from "./audit.module.css";
import { auditMessages } from "./messages";
import { actorOf, detailsOf, extraOf, sentenceOf } from "./sentences";

export function AuditEntry({ row, names }: { row: AuditRow; names: Names }) {
  const t = useMessages(auditMessages);
  const format = useFormat();
  const extra = extraOf(row, names, t);
  const details = detailsOf(row, names);
  return (
    <li className={classes["entry"]}>
      <time className={classes["time"]} dateTime={row.at} title={format.full(row.at)}>
        {format.time(row.at)}
      </time>
      <Actor actor={row.actor} names={names} />
      <details className={classes["words"]}>
        <summary className={classes["sentence"]} title={t.details}>
          <span>
            {sentenceOf(row, names, t)}
            {extra && <span className={classes["extra"]}> · {extra}</span>}
          </span>
          <IconChevronRight size={16} className={classes["chevron"]} aria-hidden="true" />
        </summary>
        <dl className={classes["details"]}>
          <div>
            <dt>{row.action}</dt>
            <dd>{format.full(row.at)}</dd>
          </div>
          {details.map((one) => (
            <div key={one.name}>
              <dt>{one.name}</dt>
              <dd>{one.value}</dd>
            </div>
          ))}
        </dl>
      </details>
    </li>
  );
}

function Actor({ actor, names }: { actor: string; names: Names }) {
  const t = useMessages(auditMessages);
  const [kind, id = ""] = actor.split(":");
  if (kind === "user") return <Avatar name={actorOf(actor, names, t)} seed={id} size={28} />;
  const Sign =
    kind === "key"
      ? IconKey
      : kind === "system"
        ? IconRobot
        : kind === "cli"
          ? IconTerminal2
          : IconUserQuestion;
  return (
    <span className={classes["sign"]}>
      <Sign size={16} stroke={1.8} aria-hidden="true" />
    </span>
  );
}
