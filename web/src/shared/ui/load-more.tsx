/** The end of a list in pages: more of it, or why there is none. */

import { Button } from "@mantine/core";
import { problemMessages } from "@/shared/api/problem-words";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { FormError } from "./form-error";
import classes from "./load-more.module.css";
import { uiMessages } from "./messages";

interface LoadMoreProps {
  more: boolean;
  loading: boolean;
  error: unknown;
  onMore: () => void;
}

export function LoadMore({ more, loading, error, onMore }: LoadMoreProps) {
  const t = useMessages(uiMessages);
  const problems = useMessages(problemMessages);
  const refusal = useRefusal();
  if (!more && !error) return null;
  return (
    <div className={classes["more"]}>
      {error ? <FormError>{refusal(error)}</FormError> : null}
      <Button variant="default" loading={loading} onClick={onMore}>
        {error ? problems.tryAgain : t.showMore}
      </Button>
    </div>
  );
}
