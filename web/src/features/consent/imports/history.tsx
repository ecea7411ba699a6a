/** The lists that were brought, the latest first, each with what became of its rows. */

import { Button } from "@mantine/core";
import { useState } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useAuthorOf } from "@/shared/store/author";
import { Dialog } from "@/shared/ui/dialog";
import { ErrorState } from "@/shared/ui/error-state";
import { LoadMore } from "@/shared/ui/load-more";
import { uiMessages } from "@/shared/ui/messages";
import { Row, Rows } from "@/shared/ui/rows";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { Time } from "@/shared/ui/time";
import { type Imported, useImports } from "../api/consent";
import { consentMessages } from "../messages";
import { Verdict } from "../verdict";
import classes from "./imports.module.css";
import { importMessages } from "./messages";
import { Counts, Failures } from "./result";

export function History() {
  const t = useMessages(importMessages);
  const words = useMessages(uiMessages);
  const pages = useImports();
  const [shown, setShown] = useState<Imported | null>(null);
  const { items } = pages;
  return (
    <section aria-label={t.history}>
      <h2 className={classes["subtitle"]}>{t.history}</h2>
      {pages.isPending && <ListSkeleton rows={3} />}
      {pages.error && !items ? <ErrorState error={pages.error} onRetry={pages.refetch} /> : null}
      {items?.length === 0 && <p className={classes["hint"]}>{t.historyNone}</p>}
      {items && items.length > 0 && (
        <Rows label={t.history}>
          {items.map((one) => (
            <Brought key={one.id} imported={one} onShow={() => setShown(one)} />
          ))}
        </Rows>
      )}
      {items && (
        <LoadMore more={pages.more} loading={pages.loadingMore} error={pages.error} onMore={pages.loadMore} />
      )}
      {shown && (
        <Dialog
          opened
          onClose={() => setShown(null)}
          title={shown.filename ?? t.unnamed}
          size={760}
          closeButtonProps={{ "aria-label": words.close }}
        >
          <Counts imported={shown} />
          <Failures imported={shown} />
        </Dialog>
      )}
    </section>
  );
}

function Brought({ imported, onShow }: { imported: Imported; onShow: () => void }) {
  const t = useMessages(importMessages);
  const c = useMessages(consentMessages);
  const format = useFormat();
  const authorOf = useAuthorOf(c.somebody);
  const { added_count, repeated_count, failed_count } = imported;
  const name = imported.filename ?? t.unnamed;
  return (
    <Row
      title={
        <>
          {name} <Verdict state={imported.state} about={imported.category} />
        </>
      }
      hint={
        <>
          <span className={classes["proof"]}>{imported.proof}</span>
          {t.counts(format.number(added_count), format.number(repeated_count), format.number(failed_count))}
        </>
      }
      meta={
        <span>
          <Time at={imported.created_at} /> {t.by(authorOf(imported.actor))}
        </span>
      }
      actions={
        failed_count > 0 && (
          <Button size="compact-sm" variant="default" aria-label={t.showFailed(name)} onClick={onShow}>
            {t.failedShort(failed_count)}
          </Button>
        )
      }
    />
  );
}
