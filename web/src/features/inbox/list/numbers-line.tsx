/** Whether the numbers that people write to are connected: under the title of the inbox, and the way to them. */

import { Link } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useDirectory } from "@/shared/store/hooks";
import type { Connection } from "@/shared/store/types";
import { ToneWord } from "@/shared/ui/tone";
import { listMessages } from "./messages";
import classes from "./numbers-line.module.css";

type Standing = "connected" | "unregistered" | "paused";

export function NumbersLine() {
  const t = useMessages(listMessages).numbers;
  const { tenant_id } = useTenant();
  const known = useDirectory("connections");
  if (known.size === 0) return null;
  const live = [...known.values()].filter(({ status }) => status !== "revoked");
  const well = live.filter((one) => standingOf(one) === "connected");
  const [only, ...more] = live;
  return (
    <Link href={`/t/${tenant_id}/connections`} className={classes["line"]} title={t.hint}>
      <ToneWord tone={well.length === live.length && only ? "good" : "warn"}>
        {!only ? (
          t.none
        ) : more.length > 0 ? (
          t.several(well.length, live.length)
        ) : (
          <span className={classes["words"]}>
            <bdi>{only.phone ?? only.name}</bdi> · {t[standingOf(only)]}
          </span>
        )}
      </ToneWord>
    </Link>
  );
}

function standingOf({ status, unregistered }: Connection): Standing {
  if (status !== "active") return "paused";
  return unregistered ? "unregistered" : "connected";
}
