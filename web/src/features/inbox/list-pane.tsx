/** The left pane: which conversations there are, and everything to find one. */

import { IconMessagePlus, IconSearch } from "@tabler/icons-react";
import { Suspense, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useLocation, useSearchParams } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { useShortcut } from "@/shared/keys/use-shortcut";
import { jumpsAsked } from "@/shared/lib/frame";
import { useTenant } from "@/shared/session/session-context";
import { useList, useStore } from "@/shared/store/hooks";
import { part } from "@/shared/ui/part";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { type Chosen, NOTHING, stillThere } from "./list/choosing";
import { ConversationList } from "./list/conversation-list";
import { EmptyList } from "./list/empty-list";
import { FilterButton, FilterChips } from "./list/filters";
import { HeadButton } from "./list/head-button";
import { LiveBanner } from "./list/live-banner";
import { Mentions } from "./list/mentions";
import { listMessages } from "./list/messages";
import { NumbersLine } from "./list/numbers-line";
import { SavedViews } from "./list/saved-views";
import { Tabs } from "./list/tabs";
import { useBackInList } from "./list/use-back-in-list";
import { useBeside } from "./list/use-beside";
import { useView } from "./list/use-view";
import { filterCount, TABS } from "./list/view-params";
import classes from "./list-pane.module.css";
import { AskNotifications } from "./signals/ask-notifications";
import type { TemplateForm } from "./starting/new-conversation";

// What one needs only once one has begun something is fetched then.
const BulkBar = part(async () => (await import("./list/bulk-bar")).BulkBar);
const SearchPanel = part(async () => (await import("./search/search-panel")).SearchPanel);
const NewConversation = part(
  async () => (await import("./starting/new-conversation")).NewConversation,
  "over",
);

const SETTLED = 200; // milliseconds in which a list that came is painted

interface ListPaneProps {
  /** The conversation that is open, by the address. */
  selected: string | null;
  /** Called once the first list has come to the screen, or will not. Keep it stable. */
  onShown?: () => void;
  templateForm: TemplateForm;
}

export function ListPane({ selected, onShown, templateForm }: ListPaneProps) {
  const t = useMessages(listMessages);
  const store = useStore();
  const { tenant_id, can } = useTenant();
  const [view, setView] = useView();
  const list = useList(view);
  const [, navigate] = useLocation();
  const [params] = useSearchParams();
  const [ticked, setTicked] = useState<Chosen>(NOTHING);
  const [searching, setSearching] = useState(false);
  const [starting, setStarting] = useState(false);

  const order = store.state.conversations.list(view).order;
  const chosen = stillThere(ticked, (id) => order.indexOfId(id) >= 0);
  const inbox = `/t/${tenant_id}/inbox`;
  const open = useCallback(
    (id: string | null, line?: string) => {
      const kept = new URLSearchParams(params);
      kept.delete("message");
      if (line) kept.set("message", line);
      const query = kept.size ? `?${kept}` : "";
      navigate(`${id === null ? inbox : `${inbox}/${id}`}${query}`, {
        replace: selected !== null && id !== null,
      });
      if (line) jumpsAsked.set(jumpsAsked.get() + 1);
    },
    [navigate, inbox, params, selected],
  );
  const beside = useBeside(view, selected);
  const step = (by: 1 | -1) => {
    const next = beside(by);
    if (next !== undefined) open(next);
  };
  const start = can("messages:send") ? () => setStarting(true) : null;

  useShortcut("next", () => step(1));
  useShortcut("previous", () => step(-1));
  useShortcut("nextTab", () =>
    setView({ ...view, tab: TABS[(TABS.indexOf(view.tab) + 1) % TABS.length] ?? "all" }),
  );
  useShortcut("search", () => setSearching(true));
  useShortcut("start", start);
  useShortcut("leave", leaving());
  // Before the thread is drawn, which marks it as read.
  useLayoutEffect(() => {
    store.setReading(selected);
    return () => store.setReading(null);
  }, [store, selected]);
  const isShown = list.count > 0 || list.complete || list.failed !== null;
  useEffect(() => {
    if (!isShown || !onShown) return;
    const soon = setTimeout(onShown, SETTLED);
    return () => clearTimeout(soon);
  }, [isShown, onShown]);
  const pane = useRef<HTMLDivElement>(null);
  useBackInList(pane, { count: selected === null ? 0 : 1, isShown });
  useBackInList(pane, { count: searching ? 1 : 0, isShown });
  useBackInList(pane, { count: chosen.size > 0 ? 1 : 0, isShown });
  useBackInList(pane, { count: filterCount(view), isShown });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list, other ticks
  useEffect(() => setTicked(NOTHING), [view]);

  return (
    <div ref={pane} className={classes["pane"]}>
      {chosen.size > 0 ? (
        <Suspense fallback={<div className={classes["header"]} />}>
          <BulkBar chosen={chosen} onChoose={setTicked} />
        </Suspense>
      ) : (
        <header className={classes["header"]}>
          <div className={classes["heading"]}>
            <h1 className={classes["title"]}>{t.title}</h1>
            <NumbersLine />
          </div>
          <HeadButton aria-label={t.search} title={`${t.search} ( / )`} onClick={() => setSearching(true)}>
            <IconSearch size={19} stroke={1.7} />
          </HeadButton>
          <Mentions selected={selected} onOpen={open} />
          <FilterButton view={view} onView={setView} />
          {start && (
            <HeadButton aria-label={t.newConversation} title={t.newConversation} onClick={start}>
              <IconMessagePlus size={19} stroke={1.7} />
            </HeadButton>
          )}
        </header>
      )}
      <LiveBanner />
      {searching ? (
        <Suspense fallback={<ListSkeleton rows={7} />}>
          <SearchPanel onClose={() => setSearching(false)} onOpen={open} selected={selected} />
        </Suspense>
      ) : (
        <>
          <Tabs tab={view.tab} onTab={(tab) => setView({ ...view, tab })} />
          <SavedViews view={view} onView={setView} />
          <FilterChips view={view} onView={setView} />
          <ConversationList
            view={view}
            selected={selected}
            chosen={chosen}
            onChoose={setTicked}
            onOpen={open}
            empty={<EmptyList view={view} onView={setView} onNew={start} />}
          />
        </>
      )}
      <AskNotifications />
      {starting && (
        <Suspense>
          <NewConversation onClose={() => setStarting(false)} onOpen={open} templateForm={templateForm} />
        </Suspense>
      )}
    </div>
  );

  /** What Escape leaves: ticks, then the search, then the thread. */
  function leaving(): (() => void) | null {
    if (chosen.size > 0) return () => setTicked(NOTHING);
    if (searching) return () => setSearching(false);
    return selected === null ? null : () => open(null);
  }
}
