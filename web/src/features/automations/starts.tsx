/** Where one begins: ready-made automations, each a step away from acting. */

import { Link } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { KindIcon } from "./kind-icon";
import { automationMessages } from "./messages";
import { kindOf, STARTS } from "./model/rules";
import classes from "./starts.module.css";

export function Starts() {
  const t = useMessages(automationMessages);
  const { tenant_id } = useTenant();
  return (
    <ul className={classes["starts"]} aria-label={t.startTitle}>
      {STARTS.map((start) => (
        <li key={start}>
          <Link to={`/t/${tenant_id}/automations/new?start=${start}`} className={classes["start"]}>
            <span className={classes["icon"]}>
              <KindIcon kind={kindOf(start)} size={22} />
            </span>
            <span>
              <strong>{t.start[start]}</strong>
              <span className={classes["hint"]}>{t.startHint[start]}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
