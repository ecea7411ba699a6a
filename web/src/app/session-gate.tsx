/**
 * Lets in who is signed in, and sends everybody else to the sign-in and back to where they were.
 *
 * When the session ends while somebody works, the page stays as it is, with all that was typed, and the sign-in comes over it.
 */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, Suspense, useEffect, useRef } from "react";
import { Redirect, useLocation } from "wouter";
import { whenUnauthorized } from "@/shared/api/credentials";
import { useLanguage } from "@/shared/i18n/language";
import { closeNotices } from "@/shared/lib/desktop-notices";
import { giveUpUnsaved } from "@/shared/lib/unsaved";
import type { Session } from "@/shared/session/session";
import { SessionValue } from "@/shared/session/session-context";
import { SESSION_KEY, sessionQuery } from "@/shared/session/session-query";
import { whenSigningOut } from "@/shared/session/sign-out";
import { whenOtherTabChanges } from "@/shared/session/tabs";
import { forgetUser } from "@/shared/store/forget-user";
import { ErrorState } from "@/shared/ui/error-state";
import { part } from "@/shared/ui/part";
import { Splash } from "@/shared/ui/splash";

const SignInAgain = part(async () => (await import("@/features/auth/sign-in-again")).SignInAgain, "over");

export function SessionGate({ children }: { children: ReactNode }) {
  const [location] = useLocation();
  const queryClient = useQueryClient();
  const { data, error, isPending, refetch } = useQuery(sessionQuery);
  // The last session of this page: what is shown while its successor is signed in.
  const last = useRef<Session | null>(null);
  useLanguageOf(data ?? null);
  useForgetting(data?.user.id ?? last.current?.user.id ?? null);

  // Whoever says that nobody is signed in may be right: ask.
  useEffect(() => {
    const ask = () => void queryClient.invalidateQueries({ queryKey: SESSION_KEY });
    const stops = [whenUnauthorized(ask), whenOtherTabChanges(ask)];
    return () => {
      for (const stop of stops) stop();
    };
  }, [queryClient]);

  // What is still shown says who wrote, and what: it is nobody's to read until somebody signs in.
  const isSignedOut = data === null;
  useEffect(() => {
    if (isSignedOut) void closeNotices();
  }, [isSignedOut]);

  if (isPending) return <Splash />;
  if (error && !last.current) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (data) {
    if (last.current && last.current.user.id !== data.user.id) {
      giveUpUnsaved(); // it is not theirs, and a no would leave them before an empty page
      window.location.reload(); // somebody else signed in: nothing of the one before may stay
      return <Splash />;
    }
    last.current = data;
  }
  if (!last.current) {
    return <Redirect to={`/sign-in?next=${encodeURIComponent(location + window.location.search)}`} replace />;
  }
  return (
    <SessionValue session={last.current}>
      {children}
      {data === null && (
        <Suspense>
          <SignInAgain
            email={last.current.user.email}
            hasPassword={last.current.user.has_password}
            onDone={() => void queryClient.invalidateQueries()}
          />
        </Suspense>
      )}
    </SessionValue>
  );
}

/** Whoever signs out leaves nothing in this browser, of no workspace: the store forgets its own alone, and the operator's pages have none. */
function useForgetting(userId: string | null): void {
  useEffect(() => {
    if (userId === null) return;
    const stops = [whenSigningOut(() => forgetUser(userId)), whenSigningOut(() => closeNotices())];
    return () => {
      for (const stop of stops) stop();
    };
  }, [userId]);
}

/** A language that the person chose in their profile wins over this browser's. */
function useLanguageOf(session: Session | null): void {
  const { setLanguage } = useLanguage();
  const language = session?.user.language ?? null;
  useEffect(() => {
    if (language) setLanguage(language);
  }, [language, setLanguage]);
}
