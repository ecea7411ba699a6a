/**
 * Lets the page of a SaaS in, in whose frame this runs: takes the one-time token from the address's fragment, which no server sees, and
 * exchanges it for a session that is kept in memory alone, as browsers give frames of other sites no cookies.
 */

import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { Redirect, useLocation } from "wouter";
import { answer, api } from "@/shared/api/client";
import { setCredentials, whenUnauthorized } from "@/shared/api/credentials";
import { catalogue } from "@/shared/i18n/catalogue";
import { useLanguage, useMessages } from "@/shared/i18n/language";
import { SessionValue } from "@/shared/session/session-context";
import { EmptyState } from "@/shared/ui/empty-state";
import { Splash } from "@/shared/ui/splash";

const messages = catalogue({
  en: {
    over: "This page has to be loaded again",
    overHint: "What opens the inbox here is good once and for a short time. Load the page around it again.",
  },
  es: {
    over: "Hay que volver a cargar esta página",
    overHint:
      "Lo que abre aquí la bandeja sirve una vez y por poco tiempo. Vuelve a cargar la página que la rodea.",
  },
  pt: {
    over: "Esta página precisa ser recarregada",
    overHint:
      "O que abre a caixa de entrada aqui vale uma vez e por pouco tempo. Recarregue a página em volta.",
  },
});

/** Takes the token out of the address, so that it stays in no history. */
function takeToken(): string {
  const token = new URLSearchParams(window.location.hash.slice(1)).get("token") ?? "";
  if (token)
    window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  return token;
}

export function EmbedGate({ children }: { children: ReactNode }) {
  const [token] = useState(takeToken);
  const [location] = useLocation();
  const [ended, setEnded] = useState(false);
  const { setLanguage } = useLanguage();
  const { data: session, isPending } = useQuery({
    queryKey: ["embed"],
    queryFn: async () => {
      const begun = await answer(api.POST("/api/auth/embed", { body: { token } }));
      setCredentials({ csrf: null, bearer: begun.bearer ?? null });
      return begun;
    },
    enabled: token !== "",
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
  const language = session?.user.language ?? null;
  useEffect(() => {
    if (language) setLanguage(language);
  }, [language, setLanguage]);
  useEffect(() => whenUnauthorized(() => setEnded(true)), []);

  if (token !== "" && isPending) return <Splash />;
  if (!session || ended) return <Over />;
  const tenant = session.memberships[0]?.tenant_id;
  if (tenant && /^\/embed\/?$/.test(location)) return <Redirect to={`/embed/t/${tenant}/inbox`} replace />;
  return <SessionValue session={session}>{children}</SessionValue>;
}

function Over() {
  const t = useMessages(messages);
  return <EmptyState title={t.over}>{t.overHint}</EmptyState>;
}
