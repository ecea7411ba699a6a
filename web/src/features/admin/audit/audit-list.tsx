/** The log itself: filters, entries by day, more of them. */

import { Button, Select, TextInput } from "@mantine/core";
import { IconListSearch } from "@tabler/icons-react";
import type { Pages } from "@/shared/api/pages";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { LoadMore } from "@/shared/ui/load-more";
import { ListSkeleton } from "@/shared/ui/skeletons";
import type { AuditRow, Names } from "../api/audit";
import classes from "./audit.module.css";
import { AuditEntry } from "./audit-entry";
import { daysOf } from "./days";
import { type Chosen, NOTHING_CHOSEN } from "./filters";
import { auditMessages } from "./messages";

interface AuditListProps {
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
  pages: Pages<AuditRow>;
  names: Names;
  /** Whom one can look for by name: the actor as in a row, and what they are called. */
  actors: readonly { value: string; label: string }[];
  categories: readonly string[];
  /** Whether messages are left out unless asked for. */
  hidesMessages: boolean;
}

export function AuditList(props: AuditListProps) {
  const { chosen, onChoose, pages, names, actors, categories, hidesMessages } = props;
  const t = useMessages(auditMessages);
  const format = useFormat();
  const abouts: Record<string, string> = t.abouts;
  const choose = (change: Partial<Chosen>) => onChoose({ ...chosen, ...change });
  const isFiltered = Object.entries(chosen).some(
    ([name, value]) => value !== NOTHING_CHOSEN[name as keyof Chosen],
  );
  const everything = hidesMessages
    ? [
        { value: "", label: t.usual },
        { value: "all", label: t.all },
      ]
    : [{ value: "", label: t.all }];
  const { items } = pages;
  return (
    <>
      <div className={classes["filters"]}>
        <Select
          label={t.who}
          searchable
          allowDeselect={false}
          data={[
            { value: "", label: t.anybody },
            { value: "people", label: t.people },
            { value: "system", label: t.system },
            ...actors,
          ]}
          value={chosen.who}
          onChange={(who) => choose({ who: who ?? "" })}
        />
        <Select
          label={t.about}
          allowDeselect={false}
          data={[...everything, ...categories.map((value) => ({ value, label: abouts[value] ?? value }))]}
          value={chosen.about}
          onChange={(about) => choose({ about: about ?? "" })}
          maxDropdownHeight={320}
        />
        <TextInput
          type="date"
          label={t.since}
          value={chosen.since}
          max={chosen.until || undefined}
          onChange={(event) => choose({ since: event.currentTarget.value })}
        />
        <TextInput
          type="date"
          label={t.until}
          value={chosen.until}
          min={chosen.since || undefined}
          onChange={(event) => choose({ until: event.currentTarget.value })}
        />
      </div>
      {pages.isPending && <ListSkeleton rows={6} />}
      {pages.error && !items ? <ErrorState error={pages.error} onRetry={pages.refetch} /> : null}
      {items?.length === 0 && (
        <EmptyState
          icon={<IconListSearch size={26} stroke={1.6} />}
          title={t.empty}
          action={
            isFiltered && (
              <Button variant="default" onClick={() => onChoose(NOTHING_CHOSEN)}>
                {t.clear}
              </Button>
            )
          }
        >
          {isFiltered && t.emptyHint}
        </EmptyState>
      )}
      {daysOf(items ?? [], format.day).map(({ day, rows }) => (
        <section className={classes["section"]} aria-label={day} key={rows[0]?.id}>
          <h2 className={classes["day"]}>{day}</h2>
          <ol className={classes["entries"]}>
            {rows.map((row) => (
              <AuditEntry row={row} names={names} key={row.id} />
            ))}
          </ol>
        </section>
      ))}
      {items && (
        <LoadMore more={pages.more} loading={pages.loadingMore} error={pages.error} onMore={pages.loadMore} />
      )}
    </>
  );
}
