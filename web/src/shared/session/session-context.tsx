/** The session for everything below the sign-in: who one is, in which tenant, and what one may do there. */

import { createContext, type ReactNode, use, useMemo } from "react";
import type { Membership, Session } from "./session";

/** The scope of an operator, who may do in every tenant what its owner may. */
export const EVERYTHING = "*";

const SessionContext = createContext<Session | null>(null);
const TenantContext = createContext<Membership | null>(null);

export function SessionValue({ session, children }: { session: Session; children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function TenantValue({ membership, children }: { membership: Membership; children: ReactNode }) {
  return <TenantContext value={membership}>{children}</TenantContext>;
}

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error("useSession is used where nobody is signed in");
  return session;
}

export interface Tenant extends Membership {
  /** Whether the person's role has this scope; the server checks it again. */
  can: (scope: string) => boolean;
}

/** The tenant of the address (`/t/:tenant/...`). */
export function useTenant(): Tenant {
  const tenant = useTenantOrNull();
  if (!tenant) throw new Error("useTenant is used outside /t/:tenant");
  return tenant;
}

/** The same; null outside a tenant (the operator's pages). */
export function useTenantOrNull(): Tenant | null {
  const membership = use(TenantContext);
  return useMemo(() => membership && tenantOf(membership), [membership]);
}

function tenantOf(membership: Membership): Tenant {
  const scopes = new Set(membership.scopes);
  return { ...membership, can: (scope) => scopes.has(scope) || scopes.has(EVERYTHING) };
}
