/** What followed from events, the latest first: what went to whom and when, and why not. */

import { ActionIcon, Button, Select, TextInput, Tooltip } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconHistory, IconRefresh } from "@tabler/icons-react";
import { Link } from "wouter";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { own } from "@/shared/lib/own";
import { useTenant } from "@/shared/session/session-context";
import { useKept } from "@/shared/session/use-kept";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { LoadMore } from "@/shared/ui/load-more";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { Time } from "@/shared/ui/time";
import { type Tone, ToneWord } from "@/shared/ui/tone";
import {
  type Followed,
  type FollowedState,
  type HistoryFilter,
  type KeptRule,
  useHistory,
  useRules,
} from "../api/notifications";
import { notificationMessages } from "../messages";
import { nameOf } from "../model/naming";
import { Body } from "../parts/body";
import { useFailure, useReason } from "../parts/reason";
import classes from "./history.module.css";

const STATES: readonly FollowedState[] = ["waiting", "sent", "skipped", "refused"];
const NOTHING: HistoryFilter = { rule: null, state: null, eventId: "" };
const ANY = "any";
const TYPING = 300;

export function History() {
  const { history: t } = useMessages(notificationMessages);
  const [filter, setFilter] = useKept("notifications", NOTHING);
  const [eventId] = useDebouncedValue(filter.eventId.trim(), TYPING);
  const { data: known } = useRules();
  const rules = known ?? [];
  const isRuleGone = filter.rule !== null && known?.every(({ id }) => id !== filter.rule) === true;
  const pages = useHistory({ ...filter, eventId });
  const { items } = pages;
  const isFiltered = Boolean(filter.rule || filter.state || filter.eventId);
  return (
    <Body view="history">
      <Filters {...{ filter, rules, isRuleGone }} onFilter={setFilter} onRefresh={pages.refetch} />
      {pages.isPending && <ListSkeleton rows={5} />}
      {pages.error && !items ? <ErrorState error={pages.error} onRetry={pages.refetch} /> : null}
      {items?.length === 0 && (
        <EmptyState
          icon={<IconHistory size={26} stroke={1.6} />}
          title={isFiltered ? t.none : t.empty}
          action={
            isFiltered && (
              <Button variant="default" onClick={() => setFilter(NOTHING)}>
                {t.clear}
              </Button>
            )
          }
        >
          {!isFiltered && t.emptyHint}
        </EmptyState>
      )}
      {items && items.length > 0 && (
        <ul className={classes["list"]} aria-label={t.list}>
          {items.map((one) => (
            <Entry one={one} rule={rules.find(({ id }) => id === one.rule_id)} key={one.id} />
          ))}
        </ul>
      )}
      {items && (
        <LoadMore more={pages.more} loading={pages.loadingMore} error={pages.error} onMore={pages.loadMore} />
      )}
    </Body>
  );
}

interface FiltersProps {
  filter: HistoryFilter;
  onFilter: (filter: HistoryFilter) => void;
  rules: readonly KeptRule[];
  /** The one that was chosen was deleted since. */
  isRuleGone: boolean;
  onRefresh: () => void;
}

function Filters({ filter, onFilter, rules, isRuleGone, onRefresh }: FiltersProps) {
  const words = useMessages(notificationMessages);
  const t = words.history;
  return (
    <div className={classes["filters"]}>
      <Select
        label={t.state}
        allowDeselect={false}
        data={[
          { value: ANY, label: t.anyState },
          ...STATES.map((value) => ({ value, label: words.state[value] })),
        ]}
        value={filter.state ?? ANY}
        onChange={(chosen) =>
          onFilter({ ...filter, state: STATES.find((state) => state === chosen) ?? null })
        }
      />
      <Select
        label={t.rule}
        allowDeselect={false}
        searchable
        data={[
          { value: ANY, label: t.anyRule },
          ...rules.map(({ id, rule }) => ({ value: id, label: nameOf(rule) })),
          ...(filter.rule && isRuleGone ? [{ value: filter.rule, label: t.goneRule }] : []),
        ]}
        value={filter.rule ?? ANY}
        onChange={(chosen) => onFilter({ ...filter, rule: chosen === ANY ? null : chosen })}
      />
      <TextInput
        label={t.event}
        value={filter.eventId}
        maxLength={200}
        autoComplete="off"
        onChange={(event) => onFilter({ ...filter, eventId: event.currentTarget.value })}
      />
      <Tooltip label={t.refresh}>
        <ActionIcon variant="default" size={36} aria-label={t.refresh} onClick={onRefresh}>
          <IconRefresh size={18} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

function Entry({ one, rule }: { one: Followed; rule: KeptRule | undefined }) {
  const t = useMessages(notificationMessages);
  const { tenant_id } = useTenant();
  const who = one.recipient ?? t.history.nobody;
  const to = one.conversation_id && `/t/${tenant_id}/inbox/${one.conversation_id}?message=${one.message_id}`;
  return (
    <li className={classes["entry"]}>
      <div className={classes["words"]}>
        {to ? (
          <Link to={to} className={classes["who"]} aria-label={t.history.open(who)}>
            {who}
          </Link>
        ) : (
          <span className={classes["who"]} data-nobody={!one.recipient || undefined}>
            {who}
          </span>
        )}
        <span className={classes["small"]}>
          {rule ? nameOf(rule.rule) : t.history.goneRule} · <code>{one.event_id}</code>
        </span>
      </div>
      <Standing one={one} />
      <span className={classes["when"]}>
        <Time at={one.done_at ?? one.received_at} />
      </span>
    </li>
  );
}

const TONES: Record<FollowedState, Tone> = {
  waiting: "quiet",
  sent: "good",
  skipped: "quiet",
  refused: "bad",
};

function Standing({ one }: { one: Followed }) {
  const t = useMessages(notificationMessages);
  const format = useFormat();
  const reason = useReason();
  const failure = useFailure();
  const failed = one.message_status === "failed";
  const unsure = one.message_status === "unknown";
  const word = own(t.status, one.message_status ?? "") ?? t.state[one.state];
  const why =
    one.state === "waiting" && one.reason === null
      ? t.history.due(format.dateTime(one.due_at))
      : (reason(one.reason, one.detail) ?? (failed ? failure(one) : null));
  return (
    <div className={classes["standing"]}>
      <ToneWord tone={failed ? "bad" : unsure ? "warn" : TONES[one.state]}>{word}</ToneWord>
      {why && (
        <span className={classes["small"]} title={one.detail ?? undefined}>
          {why}
        </span>
      )}
    </div>
  );
}
