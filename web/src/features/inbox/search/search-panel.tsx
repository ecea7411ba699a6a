/** Search in place of the list: its results stay while one reads and answers what was found. */

import { ActionIcon, Loader, SegmentedControl, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconMoodEmpty, IconSearch, IconX } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { problemMessages } from "@/shared/api/problem-words";
import { useMessages } from "@/shared/i18n/language";
import { useShortcut } from "@/shared/keys/use-shortcut";
import { useTenant } from "@/shared/session/session-context";
import { useStore } from "@/shared/store/hooks";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { useGoingBack } from "@/shared/ui/going-back";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { type Found, searchQuery, type Where } from "../api/search";
import { FoundRow, foundId } from "./found-row";
import { searchMessages } from "./messages";
import classes from "./search-panel.module.css";

const SHORTEST = 2;
const AHEAD = 3; // results before the last one at which the next page is asked for

interface SearchPanelProps {
  selected: string | null;
  onClose: () => void;
  onOpen: (conversationId: string, messageId?: string) => void;
}

export function SearchPanel({ selected, onClose, onOpen }: SearchPanelProps) {
  const t = useMessages(searchMessages);
  const { tenant_id } = useTenant();
  const store = useStore();
  const [typed, setTyped] = useState("");
  const [where, setWhere] = useState<Where>("all");
  const [words] = useDebouncedValue(typed.trim(), 200);
  const [active, setActive] = useState(0);
  const asked = words.length >= SHORTEST;
  const query = useInfiniteQuery({
    ...searchQuery(tenant_id, words, where),
    enabled: asked,
    placeholderData: keepPreviousData,
  });
  const found = asked ? (query.data?.pages.flatMap((page) => page.items) ?? []) : [];
  // What was found for former words stays in sight until these are answered, and is opened by pointing at it only.
  const stale = query.isPlaceholderData || typed.trim() !== words;
  const { hasNextPage, isFetching, isFetchNextPageError: failed, fetchNextPage } = query;
  const isInVain = asked && query.isSuccess && !stale && found.length === 0;
  useGoingBack(selected === null, onClose);
  const field = useRef<HTMLInputElement>(null);
  useShortcut("search", () => {
    field.current?.focus();
    field.current?.select();
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: other words begin at the first result
  useEffect(() => setActive(0), [words, where]);
  useEffect(() => {
    if (active >= found.length - AHEAD && hasNextPage && !isFetching && !failed) void fetchNextPage();
  }, [active, found.length, hasNextPage, isFetching, failed, fetchNextPage]);

  const open = (result: Found, index: number) => {
    setActive(index);
    store.putConversation(result.conversation);
    onOpen(result.conversation.id, result.message?.id);
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return; // the input method's own
    const result = found[active];
    if (event.key === "ArrowDown") setActive((at) => Math.min(found.length - 1, at + 1));
    else if (event.key === "ArrowUp") setActive((at) => Math.max(0, at - 1));
    else if (event.key === "Enter" && result && !stale) open(result, active);
    else if (event.key === "Escape") onClose();
    else return;
    event.preventDefault();
  };
  return (
    <search className={classes["panel"]}>
      <div className={classes["field"]}>
        <TextInput
          ref={field}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={press}
          placeholder={t.placeholder}
          aria-label={t.placeholder}
          role="combobox"
          aria-expanded={found.length > 0}
          aria-controls="found"
          aria-activedescendant={found[active] ? foundId(active) : undefined}
          leftSection={query.isFetching ? <Loader size={14} /> : <IconSearch size={16} stroke={1.8} />}
          autoFocus
          className={classes["input"]}
        />
        <ActionIcon variant="subtle" color="gray" size={34} aria-label={t.close} onClick={onClose}>
          <IconX size={18} stroke={1.8} />
        </ActionIcon>
      </div>
      <SegmentedControl
        className={classes["where"]}
        size="xs"
        aria-label={t.where}
        value={where}
        onChange={(value) => setWhere(value as Where)}
        data={(["all", "messages", "contacts"] as const).map((value) => ({ value, label: t.in[value] }))}
      />
      {results()}
      <div className={classes["vain"]} role="status">
        {isInVain && (
          <EmptyState icon={<IconMoodEmpty size={26} stroke={1.6} />} title={t.nothing(words)}>
            {t.nothingHint}
          </EmptyState>
        )}
      </div>
    </search>
  );

  function results() {
    if (!asked) {
      return (
        <EmptyState icon={<IconSearch size={26} stroke={1.6} />} title={t.begin}>
          {t.beginHint}
        </EmptyState>
      );
    }
    if (query.error && found.length === 0) {
      return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
    }
    if (query.isPending || (stale && found.length === 0)) return <ListSkeleton rows={7} />;
    if (isInVain) return null;
    return (
      <div className={classes["scroller"]} data-stale={stale || undefined}>
        <div id="found" role="listbox" aria-label={t.results} aria-busy={stale}>
          {found.map((result, index) => (
            <FoundRow
              key={`${result.kind}-${result.message?.id ?? result.conversation.id}`}
              result={result}
              index={index}
              isActive={index === active}
              isOpen={result.conversation.id === selected}
              onOpen={open}
            />
          ))}
        </div>
        {hasNextPage && !stale && <More onSeen={() => void fetchNextPage()} failed={failed} />}
      </div>
    );
  }
}

/** The next page comes as soon as one scrolls to its place, or presses it; where it failed, only when one presses it. */
function More({ onSeen, failed }: { onSeen: () => void; failed: boolean }) {
  const t = useMessages(searchMessages);
  const problems = useMessages(problemMessages);
  const button = useRef<HTMLButtonElement>(null);
  const seen = useRef(onSeen);
  seen.current = onSeen;
  useEffect(() => {
    const element = button.current;
    if (!element || failed) return;
    const watcher = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) seen.current();
    });
    watcher.observe(element);
    return () => watcher.disconnect();
  });
  return (
    <button ref={button} type="button" className={classes["more"]} onClick={onSeen}>
      {failed ? problems.tryAgain : t.more}
    </button>
  );
}
