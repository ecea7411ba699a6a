/** What every screen stands on: language, theme, server state, notices. */

import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { type ReactNode, Suspense, useState } from "react";
import { makeQueryClient } from "@/shared/api/query-client";
import { LanguageProvider } from "@/shared/i18n/language";
import { part } from "@/shared/ui/part";
import { schemeManager } from "./color-scheme";
import { theme, tokens } from "./theme";

// Notices are rare and may come a moment late: what is told before their place is there waits for it.
const Notices = part(async () => (await import("./notices")).Notices, "nothing");

// The server writes it into each page it gives out; styles that scripts add must carry it.
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
if (nonce) setNonce(nonce);

export function Providers({ children }: { children: ReactNode }) {
  const [queryClient] = useState(makeQueryClient);
  return (
    <LanguageProvider>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={tokens}
        colorSchemeManager={schemeManager}
        defaultColorScheme="auto"
        getStyleNonce={() => nonce}
        deduplicateCssVariables
      >
        <QueryClientProvider client={queryClient}>
          {children}
          <Suspense>
            <Notices />
          </Suspense>
        </QueryClientProvider>
      </MantineProvider>
    </LanguageProvider>
  );
}
