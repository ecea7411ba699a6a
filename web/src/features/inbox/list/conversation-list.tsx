/** The conversations of one list: only the rows on the screen exist, and what one reads stays where it is while others move. */

import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type Key,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { inOneLine, problemMessages, problemWords } from "@/shared/api/problem-words";
import { useMessages } from "@/shared/i18n/language";
import { useList, useStore } from "@/shared/store/hooks";
import type { View } from "@/shared/store/views";
import { ErrorState } from "@/shared/ui/error-state";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { type Seen, shiftOf } from "./anchoring";
import { type Chosen, toggled, withRange } from "./choosing";
import classes from "./conversation-list.module.css";
import { ConversationRow, ROW, rowId } from "./conversation-row";
import { listMessages } from "./messages";
import { useNow } from "./use-now";
import { usePressed } from "./use-pressed";

const AHEAD = 60; // rows before the end at which the next page is asked for
const TO_COME = 3; // rows that stand for what is being loaded

interface ConversationListProps {
  view: View;
  selected: string | null;
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
  onOpen: (id: string) => void;
  /** What is shown where there is nothing. */
  empty: ReactNode;
}

export function ConversationList({ view, selected, chosen, onChoose, onOpen, empty }: ConversationListProps) {
  const t = useMessages(listMessages);
  const problems = useMessages(problemMessages);
  const store = useStore();
  const list = useList(view);
  const { ids, count, complete } = list;
  const failed = list.failed !== null;
  const now = useNow(30_000);
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string | null>(null);
  const lastChosen = useRef<string | null>(null); // not its place: the list moves

  const virtualizer = useVirtualizer({
    count: count + (complete || count === 0 || failed ? 0 : TO_COME),
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (index) => ids[index] ?? `to come ${index}`,
    overscan: 6,
  });
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (count > 0 && !failed && last >= count - AHEAD) void store.loadMore(view);
  }, [store, view, count, last, failed]);

  const indexOf = useCallback(
    (id: string) => store.state.conversations.list(view).order.indexOfId(id),
    [store, view],
  );
  useAnchor({ scroller, list, indexOf, rows, offset: virtualizer.scrollOffset ?? 0 });

  // The keyboard goes on from there, once it is left.
  useEffect(() => {
    if (selected !== null) setActive(selected);
  }, [selected]);

  // The conversation that is open is in sight, also when it was opened with a key.
  useEffect(() => {
    const index = selected === null ? -1 : indexOf(selected);
    if (index >= 0) virtualizer.scrollToIndex(index, { align: "auto" });
  }, [selected, indexOf, virtualizer]);

  const choose = useCallback(
    (id: string, index: number, event: { shiftKey: boolean }) => {
      const from = event.shiftKey && lastChosen.current !== null ? indexOf(lastChosen.current) : -1;
      onChoose(from >= 0 ? withRange(chosen, ids, from, index) : toggled(chosen, id));
      lastChosen.current = id;
    },
    [chosen, ids, indexOf, onChoose],
  );
  const open = useCallback(
    (id: string, event: MouseEvent) => {
      const index = indexOf(id);
      if (event.ctrlKey || event.metaKey || event.shiftKey) return choose(id, index, event);
      setActive(id);
      onOpen(id);
    },
    [choose, indexOf, onOpen],
  );

  const pressed = usePressed(open);

  const press = (event: KeyboardEvent) => {
    const at = active === null ? -1 : indexOf(active);
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW) / ROW) - 1);
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: Math.max(0, at - 1),
      Home: 0,
      End: count - 1,
      PageDown: at + page,
      PageUp: Math.max(0, at - page),
    };
    const to = steps[event.key];
    const id = ids[at];
    if (event.altKey) return; // goes through the threads, whatever has the focus
    if (to !== undefined) {
      const next = ids[Math.min(to, count - 1)];
      if (next === undefined) return;
      setActive(next);
      virtualizer.scrollToIndex(indexOf(next), { align: "auto" });
      if (event.shiftKey) onChoose(withRange(chosen, ids, Math.max(0, at), indexOf(next)));
    } else if (event.key === "Enter" && id !== undefined) onOpen(id);
    else if (event.key === " " && id !== undefined) choose(id, at, event);
    else if (event.code === "KeyA" && (event.ctrlKey || event.metaKey))
      onChoose(new Set(ids.slice(0, count)));
    else return;
    event.preventDefault();
  };

  if (list.failed && count === 0) {
    return <ErrorState error={list.failed} onRetry={() => void store.loadList(view)} />;
  }
  if (count === 0 && !complete) return <ListSkeleton rows={9} />;
  if (count === 0) return empty;
  const shown = rows.some((row) => ids[row.index] === active);
  return (
    <div
      ref={scroller}
      className={classes["scroller"]}
      role="listbox"
      aria-label={t.conversations}
      aria-multiselectable="true"
      aria-busy={list.loading !== null}
      aria-activedescendant={shown && active !== null ? rowId(active) : undefined}
      tabIndex={0}
      onKeyDown={press}
      onFocus={() => setActive((known) => known ?? selected ?? ids[0] ?? null)}
    >
      <div
        className={classes["space"]}
        style={{ height: virtualizer.getTotalSize() }}
        role="presentation"
        {...pressed}
      >
        {rows.map((row) => {
          const id = row.index < count ? ids[row.index] : undefined;
          if (id === undefined) return <RowToCome key={row.key} start={row.start} />;
          return (
            <ConversationRow
              key={row.key}
              id={id}
              index={row.index}
              total={complete ? count : -1}
              start={row.start}
              isOpen={id === selected}
              isActive={id === active}
              isChosen={chosen.has(id)}
              isChoosing={chosen.size > 0}
              now={now}
              onOpen={open}
              onChoose={choose}
            />
          );
        })}
      </div>
      {list.failed && (
        <p className={classes["failed"]} role="alert">
          {inOneLine(problemWords(list.failed, problems))}{" "}
          <button type="button" onClick={() => void store.loadMore(view)}>
            {problems.tryAgain}
          </button>
        </p>
      )}
    </div>
  );
}

function RowToCome({ start }: { start: number }) {
  return (
    <div className={classes["toCome"]} style={{ transform: `translateY(${start}px)` }} role="presentation">
      <span />
      <span />
    </div>
  );
}

interface Anchored {
  scroller: RefObject<HTMLDivElement | null>;
  list: object;
  indexOf: (id: string) => number;
  rows: readonly { index: number; key: Key | bigint }[];
  /** How far it is scrolled, as last heard: asking the element would make the browser lay out the page in the middle of a frame. */
  offset: number;
}

/** Keep the rows on the screen where they are when others come in above; at the very top, let them in. */
function useAnchor({ scroller, list, indexOf, rows, offset }: Anchored): void {
  const seen = useRef<Seen[]>([]);
  const before = useRef(list);
  useLayoutEffect(() => {
    if (before.current !== list && offset > 0) {
      const shift = shiftOf(seen.current, indexOf);
      if (shift !== 0 && scroller.current) scroller.current.scrollTop += shift * ROW;
    }
    before.current = list;
    const visible = rows.filter((row) => (row.index + 1) * ROW > offset);
    seen.current = visible.map((row) => ({ id: String(row.key), index: indexOf(String(row.key)) }));
  });
}
