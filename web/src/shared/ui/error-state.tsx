/** What went wrong in plain words, its code, and what one can do. */

import { Button } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { isProblem, OUR_FAULT } from "@/shared/api/problem";
import { problemMessages, problemWords } from "@/shared/api/problem-words";
import { useMessages } from "@/shared/i18n/language";
import classes from "./states.module.css";

interface ErrorStateProps {
  error: unknown;
  /** Shows "Try again". */
  onRetry?: () => void;
  /** Instead of "Try again". */
  action?: ReactNode;
}

export function ErrorState({ error, onRetry, action }: ErrorStateProps) {
  const t = useMessages(problemMessages);
  const { title, detail } = problemWords(error, t);
  const code = isProblem(error) ? error.code : OUR_FAULT;
  const requestId = isProblem(error) ? error.requestId : null;
  return (
    <div className={classes["state"]} role="alert">
      <span className={classes["icon"]} data-tone="danger">
        <IconPlugConnectedX size={26} stroke={1.6} />
      </span>
      <p className={classes["title"]}>{title}</p>
      {detail && <div className={classes["words"]}>{detail}</div>}
      <p className={classes["code"]}>
        {code}
        {requestId && <> · {requestId}</>}
      </p>
      {(action || onRetry) && (
        <div className={classes["action"]}>
          {action ?? (
            <Button variant="default" onClick={onRetry}>
              {t.tryAgain}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
