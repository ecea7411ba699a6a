/** Who goes elsewhere (a link, the palette, a notification, Back) while something is typed and not saved is asked first. */

import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { type AroundNavHandler, Router, useSearch } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { giveUpUnsaved, isUnsaved } from "@/shared/lib/unsaved";
import type { LeaveQuestion } from "@/shared/ui/leave-question";
import { uiMessages } from "@/shared/ui/messages";

type Question = typeof LeaveQuestion;
type Ask = (go: () => void) => void;

const loadQuestion = async (): Promise<Question> =>
  (await import("@/shared/ui/leave-question")).LeaveQuestion;

interface LeavingProps {
  location: string;
  /** Brings what asks. */
  load?: () => Promise<Question>;
  children: ReactNode;
}

export function Leaving({ location, load = loadQuestion, children }: LeavingProps) {
  const t = useMessages(uiMessages);
  const search = useSearch();
  const [held, setHeld] = useState<{ Question: Question; leave: () => void } | null>(null);
  const ask: Ask = (go) => {
    const leave = () => {
      giveUpUnsaved();
      go();
    };
    load().then(
      (Question) => setHeld({ Question, leave }),
      // Offline, or the server was upgraded: the browser has words of its own to ask with.
      () => window.confirm(`${t.leaveTitle} ${t.leaveWords}`) && leave(),
    );
  };
  const now = useRef({ location, search, ask });
  now.current = { location, search, ask };
  const around: AroundNavHandler = useCallback((navigate, to, options) => {
    const { location, search, ask } = now.current;
    const [path = "", query = ""] = to.split("?");
    const isStep = path === location;
    const go = () => navigate(to, options);
    if ((isStep && query === search) || !isUnsaved({ isStep })) go();
    else ask(go);
  }, []);
  useGoingBack({ address: `${location}?${search}`, ask });
  return (
    <Router aroundNav={around}>
      {children}
      {held && <held.Question opened onClose={() => setHeld(null)} onLeave={held.leave} />}
    </Router>
  );
}

let hear: ((event: PopStateEvent) => void) | null = null;
// On the window whoever came first hears first: before the router, which would draw another page at once.
addEventListener("popstate", (event) => hear?.(event));

const shownNow = () => window.location.pathname + window.location.search;

interface GoingBack {
  /** Another one: another page is shown. */
  address: string;
  ask: Ask;
}

/** The browser has gone back when it tells of it: the address is put there again until somebody has answered. */
function useGoingBack({ address, ask }: GoingBack): void {
  const shown = useRef(shownNow());
  const asking = useRef(ask);
  asking.current = ask;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the browser's own words for it, as often as it changes
  useEffect(() => {
    shown.current = shownNow();
  }, [address]);
  useEffect(() => {
    hear = (event) => {
      const isHere = shownNow() === shown.current;
      const isStep = window.location.pathname === shown.current.split("?", 1)[0];
      if (isHere || !isUnsaved({ isStep })) return;
      event.stopImmediatePropagation();
      history.pushState(null, "", shown.current);
      asking.current(() => history.back());
    };
    return () => {
      hear = null;
    };
  }, []);
}
