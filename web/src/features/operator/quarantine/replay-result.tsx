/** How far a replay is, and what it did. */

import { CloseButton, Loader } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { FormError } from "@/shared/ui/form-error";
import { uiMessages } from "@/shared/ui/messages";
import { quarantineMessages } from "./messages";
import type { Progress } from "./progress";
import classes from "./quarantine.module.css";

interface ReplayResultProps {
  progress: Progress;
  running: boolean;
  error: unknown;
  onClose: () => void;
}

const ORDER = ["replayed", "applied", "repeated", "aside", "gone"] as const satisfies (keyof Progress)[];

export function ReplayResult({ progress, running, error, onClose }: ReplayResultProps) {
  const t = useMessages(quarantineMessages);
  const ui = useMessages(uiMessages);
  const format = useFormat();
  const refusal = useRefusal();
  const shown = ORDER.filter((name) => name === "replayed" || name === "applied" || progress[name] > 0);
  return (
    <div className={classes["result"]} role="status" data-running={running || undefined}>
      <div className={classes["head"]}>
        {running ? (
          <>
            <Loader size={16} /> {t.running(format.number(progress.replayed))}
          </>
        ) : (
          !error && (
            <>
              <IconCircleCheck size={18} aria-hidden="true" /> {t.doneTitle}
            </>
          )
        )}
        {!running && <CloseButton aria-label={ui.close} onClick={onClose} ml="auto" />}
      </div>
      {error ? <FormError>{refusal(error)}</FormError> : null}
      {!running && (
        <dl className={classes["counts"]}>
          {shown.map((name) => (
            <div key={name}>
              <dt>{t.result[name]}</dt>
              <dd>{format.number(progress[name])}</dd>
            </div>
          ))}
        </dl>
      )}
      {!running && !error && progress.aside > 0 && <p className={classes["note"]}>{t.asideHint}</p>}
      {!running && !error && progress.aside === 0 && progress.applied === 0 && (
        <p className={classes["note"]}>{t.nothingNew}</p>
      )}
    </div>
  );
}
