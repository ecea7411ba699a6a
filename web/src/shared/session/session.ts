/** Who is signed in, as `GET /api/auth/session` answers. */

import type { Language } from "@/shared/i18n/catalogue";

export type Role = "owner" | "admin" | "supervisor" | "agent";

export interface SessionUser {
  id: string;
  email: string;
  name: string;
  language: Language | null;
  is_operator: boolean;
  has_password: boolean;
  totp: boolean;
  passkeys: number;
}

export interface Membership {
  tenant_id: string;
  tenant_name: string;
  role: Role;
  scopes: string[];
}

export interface Session {
  state: "signed_in";
  user: SessionUser;
  memberships: Membership[];
  csrf_token: string;
  expires_at: string;
  embedded: boolean;
  /** The page came over plain http, where anybody on the way can read along. */
  insecure?: boolean;
}

export type SecondFactorMethod = "totp" | "passkey" | "recovery";

export interface SecondFactorAsked {
  state: "second_factor";
  methods: SecondFactorMethod[];
  challenge: string;
}

export type SignInAnswer = Session | SecondFactorAsked;
