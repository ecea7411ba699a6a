/** Who goes elsewhere (a link, the palette, a notification, Back) while something is typed and not saved is asked first. */

import { lazy, type ReactNode, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { type AroundNavHandler, Router, useSearch } from "wouter";
import { isUnsaved } from "@/shared/lib/unsaved";

const Question = lazy(async () => ({ default: (await import("@/shared/ui/leave-question")).LeaveQuestion }));

export function Leaving({ location, children }: { location: string; children: ReactNode }) {
  const [held, setHeld] = useState<{ go: () => void } | null>(null);
  const here = useRef(location);
  here.current = location;
  const around: AroundNavHandler = useCallback((navigate, to, options) => {
    const go = () => navigate(to, options);
    const stays = to.split(/[?#]/, 1)[0] === here.current; // another step of the same page
    if (stays || !isUnsaved()) go();
    else setHeld({ go });
  }, []);
  useGoingBack({ location, ask: (go) => setHeld({ go }) });
  return (
    <Router aroundNav={around}>
      {children}
      {held && (
        <Suspense>
          <Question opened onClose={() => setHeld(null)} onLeave={held.go} />
        </Suspense>
      )}
    </Router>
  );
}

let hear: ((event: PopStateEvent) => void) | null = null;
// On the window whoever came first hears first: before the router, which would draw another page at once.
addEventListener("popstate", (event) => hear?.(event));

interface GoingBack {
  location: string;
  /** Asks whether to go, where something would be lost. */
  ask: (go: () => void) => void;
}

/** The browser has gone back when it tells of it: the address is put there again until somebody has answered. */
function useGoingBack({ location, ask }: GoingBack): void {
  const search = useSearch();
  const now = useRef({ location, search, ask });
  now.current = { location, search, ask };
  useEffect(() => {
    let decided = false;
    hear = (event) => {
      const { location, search, ask } = now.current;
      if (decided || !isUnsaved() || window.location.pathname === location) {
        decided = false;
        return;
      }
      event.stopImmediatePropagation();
      history.pushState(null, "", search ? `${location}?${search}` : location);
      ask(() => {
        decided = true;
        history.back();
      });
    };
    return () => {
      hear = null;
    };
  }, []);
}
