/** Who is signed in, as `GET /api/auth/session` answers. */

import type { Schemas } from "@/shared/api/client";

export type Session = Schemas["Session"];
export type SessionUser = Schemas["SessionUser"];
export type Role = Schemas["Role"];

/** A tenant one may enter. The scopes are wider than the API's: an operator has "everything". */
export type Membership = Omit<Schemas["SessionMembership"], "scopes"> & { scopes: readonly string[] };

/** The password was right, and one of `methods` has to follow. */
export type SecondFactorAsked = Schemas["SecondFactor"];
export type SecondFactorMethod = Schemas["Method"];

export type SignInAnswer = Session | SecondFactorAsked;
