/** The scroll of a thread: only what is seen is drawn; the reader stays where they read, and at the end they follow it. */

import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { Problem } from "@/shared/api/problem";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { threadMessages } from "../messages";
import type { Line, Mark } from "../model/lines";
import { JumpButton } from "./jump-button";
import { PageFailed } from "./thread-failed";
import classes from "./timeline.module.css";
import { TimelineRow } from "./timeline-row";

export interface TimelineHandle {
  toEnd: () => void;
  /** Brings a line into the middle; false where it is not here. */
  toKey: (key: string) => boolean;
}

interface TimelineProps {
  handle: React.RefObject<TimelineHandle | null>;
  label: string;
  lines: readonly Line[];
  older: boolean;
  newer: boolean;
  loading: boolean;
  /** Why the last page could not be loaded: no other is asked for until somebody tries again. */
  failed: Problem | null;
  /** The key of the line to begin at; null: the end. Read once, when the first lines are here. */
  beginAt: string | null;
  /** The line that is marked as found. */
  marked: string | null;
  mark: Mark;
  /** How many messages came since the reader left the end. */
  arrived: number;
  /** The page is not in front of the reader: what is new to them stays in sight. */
  isAway: boolean;
  onOlder: () => void;
  onNewer: () => void;
  /** The reader came to the end of the conversation, or left it. */
  onEnd: (atEnd: boolean) => void;
  /** To the latest message, also where it is not loaded. */
  onLatest: () => void;
}

/** From how many lines before an end on the next page is asked for. */
const AHEAD = 12;
const TOP = 56;
const NEAR = 48;
/** So near the top, in pixels, the line above what is new goes no further while the reader is away. */
const KEPT = 80;
/** For so long what is sent is followed. */
const SENT = 600;

export function Timeline(props: TimelineProps) {
  const {
    handle,
    label,
    lines,
    older,
    newer,
    loading,
    failed,
    beginAt,
    marked,
    mark,
    arrived,
    isAway,
    onOlder,
    onNewer,
    onEnd,
    onLatest,
  } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [placed, setPlaced] = useState(false);
  const [atEnd, setAtEnd] = useState(true);

  const soon = useRef<() => void>(() => undefined);
  const isFull = useRef(false);
  const heldAt = useRef<string | null>(null);
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: lines.length,
    getScrollElement: () => scroller.current,
    getItemKey: useCallback((index: number) => lines[index]?.key ?? index, [lines]),
    estimateSize: (index) => estimated(lines[index]),
    overscan: 8,
    paddingStart: TOP,
    paddingEnd: 10,
    anchorTo: "end",
    followOnAppend: !newer && !(isAway && isFull.current),
    scrollEndThreshold: NEAR,
    directDomUpdates: true,
    directDomUpdatesMode: "position",
    // A row that turns out higher than it was guessed moves the end without anybody scrolling.
    onChange: () => void soon.current(),
  });
  const rows = virtualizer.getVirtualItems();
  const firstShown = rows[0]?.index ?? 0;
  const lastShown = rows.at(-1)?.index ?? 0;

  // Where the reader begins: once, as soon as there is something.
  useLayoutEffect(() => {
    if (placed || lines.length === 0) return;
    const index = beginAt === null ? -1 : lines.findIndex((line) => holds(line, beginAt));
    if (index < 0) virtualizer.scrollToEnd();
    else virtualizer.scrollToIndex(index, { align: lines[index]?.kind === "unread" ? "start" : "center" });
    setPlaced(true);
  }, [placed, lines, beginAt, virtualizer]);

  useEffect(() => {
    if (!placed || loading || failed !== null) return;
    if (older && firstShown <= AHEAD) onOlder();
    else if (newer && lastShown >= lines.length - AHEAD) onNewer();
  }, [placed, loading, failed, older, newer, firstShown, lastShown, lines.length, onOlder, onNewer]);

  const begins = useMemo(() => lines.findIndex((line) => line.kind === "unread"), [lines]);
  const look = useCallback(() => {
    const row = virtualizer.measurementsCache[begins];
    const offset = virtualizer.scrollOffset ?? 0;
    isFull.current = row !== undefined && row.start < offset + KEPT;
    // Many at once may have carried it out of sight: brought back once, as whoever scrolls from there has their way.
    // One that stood there before they went is left where it is.
    const first = row === undefined ? null : (lines[begins + 1]?.key ?? null);
    const isCarriedOff = isAway && row !== undefined && row.start < offset && heldAt.current !== first;
    if (!isAway || isCarriedOff) heldAt.current = first;
    if (isCarriedOff) virtualizer.scrollToIndex(begins, { align: "start" });
    const now = !newer && virtualizer.getDistanceFromEnd() <= NEAR;
    setAtEnd(now);
    onEnd(now); // nobody hears of an end that was not looked at: being there is reading
  }, [newer, virtualizer, onEnd, lines, begins, isAway]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown changes where the end is
  useEffect(look, [look, lastShown]);
  useEffect(() => {
    let frame = 0;
    soon.current = () => {
      if (frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        look();
      });
    };
    return () => cancelAnimationFrame(frame);
  }, [look]);

  // The field below grows and shrinks: whoever is at the end stays there. And whoever has just sent something wants to see it.
  const keepEnd = useRef(true);
  keepEnd.current = atEnd;
  const wantsEnd = useRef(0);
  useEffect(() => {
    const { current } = scroller;
    if (!current || !placed) return;
    let height = current.clientHeight;
    const observer = new ResizeObserver(() => {
      const grown = current.clientHeight - height;
      height = current.clientHeight;
      if (grown !== 0 && keepEnd.current) virtualizer.scrollToEnd();
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, [placed, virtualizer]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the line that was sent comes with the lines
  useLayoutEffect(() => {
    if (Date.now() - wantsEnd.current < SENT) virtualizer.scrollToEnd();
  }, [lines, virtualizer]);

  useImperativeHandle(handle, () => ({
    toEnd: () => {
      wantsEnd.current = Date.now();
      virtualizer.scrollToEnd();
    },
    toKey: (key) => {
      const index = lines.findIndex((line) => holds(line, key));
      if (index >= 0) virtualizer.scrollToIndex(index, { align: "center" });
      return index >= 0;
    },
  }));

  return (
    <div className={classes["timeline"]}>
      <div
        ref={scroller}
        className={classes["scroll"]}
        data-placed={placed || undefined}
        // The log itself is silent: scrolling draws rows, and a reader must not hear them. What arrives is told by `Announcer`.
        role="log"
        aria-live="off"
        aria-label={label}
        aria-busy={loading}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls by keys
        tabIndex={0}
        onKeyDown={moveFocus}
      >
        <div ref={virtualizer.containerRef} className={classes["lines"]}>
          <div className={classes["top"]}>
            {failed !== null && older ? <PageFailed onRetry={onOlder} /> : <Beginning {...props} />}
          </div>
          {rows.map((row) => {
            const line = lines[row.index];
            return (
              line && (
                <div
                  key={row.key}
                  ref={virtualizer.measureElement}
                  data-index={row.index}
                  className={classes["row"]}
                >
                  <TimelineRow
                    line={line}
                    marked={marked !== null && holds(line, marked) ? mark : undefined}
                  />
                </div>
              )
            );
          })}
        </div>
        {failed !== null && newer && <PageFailed onRetry={onNewer} />}
      </div>
      <FloatingDay
        lines={lines}
        index={virtualizer.getVirtualItemForOffset(virtualizer.scrollOffset ?? 0)?.index ?? 0}
        shown={virtualizer.isScrolling}
      />
      {placed && !atEnd && <JumpButton count={arrived} onClick={onLatest} />}
    </div>
  );
}

/** What stands above the first line that is here. */
function Beginning({ loading, older, lines }: Pick<TimelineProps, "loading" | "older" | "lines">) {
  const t = useMessages(threadMessages);
  if (older) return loading ? t.loadingOlder : null;
  return lines.length > 0 ? t.beginning : null;
}

/** The day of what is on top, while it scrolls by. */
function FloatingDay({ lines, index, shown }: { lines: readonly Line[]; index: number; shown: boolean }) {
  const format = useFormat();
  let at: string | null = null;
  // Where the day itself is in sight it needs no second one.
  for (let above = lines[index]?.kind === "day" ? -1 : index - 1; above >= 0 && at === null; above -= 1) {
    const line = lines[above];
    if (line?.kind === "day") at = line.at;
  }
  return (
    <div className={classes["floating"]} data-shown={(shown && at !== null) || undefined} aria-hidden="true">
      {at !== null && <span>{format.day(at)}</span>}
    </div>
  );
}

export function holds(line: Line, key: string): boolean {
  return line.key === key || (line.kind === "album" && line.keys.includes(key));
}

/** A first guess of a line's height: the nearer, the steadier the scroll bar. */
function estimated(line: Line | undefined): number {
  switch (line?.kind) {
    case "day":
      return 38;
    case "unread":
      return 40;
    case "album":
      return 330;
    case "note":
      return 86;
    case "system":
    case "activity":
      return 36;
    default:
      return 52;
  }
}

/** The arrow keys go from message to message; Enter or the menu key opens what can be done with one. */
function moveFocus(event: KeyboardEvent<HTMLDivElement>): void {
  const target = event.target as HTMLElement;
  const row = target.closest<HTMLElement>("[data-message]");
  if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    if (target.closest("input, textarea, [role=menu]")) return;
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-message]")];
    const at = row === null ? rows.length : rows.indexOf(row);
    const next = rows[event.key === "ArrowUp" ? at - 1 : at + 1];
    if (next === undefined || (row === null && event.key === "ArrowDown")) return;
    event.preventDefault();
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  } else if ((event.key === "Enter" || event.key === "ContextMenu") && row !== null && target === row) {
    event.preventDefault();
    row.querySelector<HTMLElement>("[data-more]")?.click();
  }
}
