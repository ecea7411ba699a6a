/** Opens `/t/:tenant` to its members; an operator enters every tenant, with everything an owner may do. */

import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { useParams } from "wouter";
import { Keyboard } from "@/features/inbox/palette/keyboard";
import { InboxSignals } from "@/features/inbox/signals/inbox-signals";
import { answer, api } from "@/shared/api/client";
import { useLanguage } from "@/shared/i18n/language";
import { read, write } from "@/shared/lib/storage";
import type { Membership } from "@/shared/session/session";
import { EVERYTHING, TenantValue, useSession } from "@/shared/session/session-context";
import { StoreProvider } from "@/shared/store/provider";
import { ErrorState } from "@/shared/ui/error-state";
import { Splash } from "@/shared/ui/splash";
import { Frame } from "./layout/frame";
import { NotFound } from "./not-found";
import { Suspended } from "./suspended";

const STORED = "curbe.tenant";

/** Where the person was last, if they still belong there. */
export function lastTenant(memberships: readonly Membership[]): string | null {
  const stored = read(STORED);
  const known = memberships.find((one) => one.tenant_id === stored) ?? memberships[0];
  return known?.tenant_id ?? null;
}

export function TenantGate({ children }: { children: ReactNode }) {
  const { tenant = "" } = useParams<{ tenant: string }>();
  const { memberships, user } = useSession();
  const member = memberships.find((one) => one.tenant_id === tenant);
  useEffect(() => {
    if (member) write(STORED, member.tenant_id);
  }, [member]);
  if (member?.suspended && !user.is_operator) {
    return (
      <Frame tenant={null}>
        <Suspended name={member.tenant_name} />
      </Frame>
    );
  }
  if (member) return <Inside membership={member}>{children}</Inside>;
  if (user.is_operator) return <AsOperator tenant={tenant}>{children}</AsOperator>;
  return (
    <Frame tenant={null}>
      <NotFound />
    </Frame>
  );
}

function Inside({ membership, children }: { membership: Membership; children: ReactNode }) {
  useLanguageOfTenant(membership);
  return (
    <TenantValue membership={membership}>
      {/* Another tenant is another page: nothing of the one before stays mounted. */}
      <StoreProvider key={membership.tenant_id}>
        <InboxSignals />
        <Keyboard />
        <Frame tenant={membership}>{children}</Frame>
      </StoreProvider>
    </TenantValue>
  );
}

/** What the workspace speaks, for people who chose no language themselves. */
function useLanguageOfTenant({ language }: Membership): void {
  const { suggestLanguage } = useLanguage();
  const chosen = useSession().user.language;
  useEffect(() => {
    if (language && !chosen) suggestLanguage(language);
  }, [language, chosen, suggestLanguage]);
}

function AsOperator({ tenant, children }: { tenant: string; children: ReactNode }) {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["tenant", tenant],
    queryFn: () => answer(api.GET("/api/tenants/{tenant_id}", { params: { path: { tenant_id: tenant } } })),
  });
  if (isPending) return <Splash />;
  if (error) {
    return (
      <Frame tenant={null}>
        <ErrorState error={error} onRetry={() => void refetch()} />
      </Frame>
    );
  }
  const membership: Membership = {
    tenant_id: tenant,
    tenant_name: data.name,
    language: data.language,
    role: "owner",
    scopes: [EVERYTHING],
    suspended: false,
  };
  return <Inside membership={membership}>{children}</Inside>;
}
