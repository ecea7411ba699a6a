/** What could not be loaded of a thread: all of it that is wanted, or a further page at one of its ends. */

import { Button } from "@mantine/core";
import type { Problem } from "@/shared/api/problem";
import { problemMessages } from "@/shared/api/problem-words";
import { useMessages } from "@/shared/i18n/language";
import { ErrorState } from "@/shared/ui/error-state";
import { threadMessages } from "../messages";
import classes from "./thread-failed.module.css";

interface ThreadFailedProps {
  error: Problem;
  onRetry: () => void;
  /** To the latest message, where another one was looked for. */
  onLatest: (() => void) | null;
}

/** In place of the messages. A message that is gone is gone when it is asked for again, too: the way on leads to the latest. */
export function ThreadFailed({ error, onRetry, onLatest }: ThreadFailedProps) {
  const t = useMessages(threadMessages);
  const isRefused = error.status >= 400 && error.status < 500;
  if (onLatest === null || !isRefused) return <ErrorState error={error} onRetry={onRetry} />;
  const action = (
    <Button variant="default" onClick={onLatest}>
      {t.jumpLatest}
    </Button>
  );
  return <ErrorState error={error} action={action} />;
}

/** At the end where the thread goes on. */
export function PageFailed({ onRetry }: { onRetry: () => void }) {
  const t = useMessages(threadMessages);
  const { tryAgain } = useMessages(problemMessages);
  return (
    <div className={classes["page"]} role="alert">
      {t.pageFailed}
      <button type="button" onClick={onRetry}>
        {tryAgain}
      </button>
    </div>
  );
}
