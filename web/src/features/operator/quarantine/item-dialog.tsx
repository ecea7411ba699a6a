/** What is in an item: asked for only once the operator has read that looking goes on record. */

import { Button, Loader } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { Dialog } from "@/shared/ui/dialog";
import { ErrorState } from "@/shared/ui/error-state";
import { uiMessages } from "@/shared/ui/messages";
import { type AsideRow, itemQuery } from "../api/quarantine";
import { quarantineMessages } from "./messages";
import { pretty } from "./pretty";
import classes from "./quarantine.module.css";

export function ItemDialog({ item, onClose }: { item: AsideRow; onClose: () => void }) {
  const t = useMessages(quarantineMessages);
  const ui = useMessages(uiMessages);
  const format = useFormat();
  const phone = useMediaQuery("(max-width: 759.98px)", false, { getInitialValueInEffect: false });
  const [asked, setAsked] = useState(false);
  const { data, error, isFetching, refetch } = useQuery({ ...itemQuery(item.id), enabled: asked });
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t.lookTitle}
      size={640}
      fullScreen={phone}
      closeButtonProps={{ "aria-label": ui.close }}
    >
      <dl className={classes["facts"]}>
        <div>
          <dt>{t.received}</dt>
          <dd>{format.full(item.received_at)}</dd>
        </div>
        <div>
          <dt>{t.webhook}</dt>
          <dd>{item.event_id}</dd>
        </div>
        <div>
          <dt>{t.size}</dt>
          <dd>{format.bytes(item.size)}</dd>
        </div>
        {data && (
          <div>
            <dt>{t.told}</dt>
            <dd>{data.detail}</dd>
          </div>
        )}
      </dl>
      {!asked && (
        <div className={classes["ask"]}>
          <p>{t.lookHint}</p>
          <Button variant="default" onClick={() => setAsked(true)}>
            {t.lookVerb}
          </Button>
        </div>
      )}
      {isFetching && <Loader size="sm" aria-label={ui.loading} />}
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {data && (
        <>
          {data.released_at && <p>{t.released}</p>}
          <p className={classes["label"]}>{t.body}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
          <pre className={classes["body"]} tabIndex={0}>
            {pretty(data.payload)}
          </pre>
        </>
      )}
    </Dialog>
  );
}
