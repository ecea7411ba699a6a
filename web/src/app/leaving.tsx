/** Who goes elsewhere (a link, the palette, a notification) while something is typed and not saved is asked first. */

import { lazy, type ReactNode, Suspense, useCallback, useRef, useState } from "react";
import { type AroundNavHandler, Router } from "wouter";
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
