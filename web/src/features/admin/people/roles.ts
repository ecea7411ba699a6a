/** The roles, and which of them a person may give. The server decides; this keeps what it would refuse from being offered. Pure. */

import type { Role } from "@/shared/session/session";

/** From the one who may least to the one who may most. */
export const ROLES = ["agent", "supervisor", "admin", "owner"] as const satisfies readonly Role[];

/** Roles are given up to one's own; an operator gives any. */
export function rolesToGive(own: Role, isOperator: boolean): Role[] {
  return isOperator ? [...ROLES] : ROLES.slice(0, ROLES.indexOf(own) + 1);
}

/** Nobody changes somebody above themselves, nor their own role by accident. */
export function mayChange(
  person: { role: Role; user_id: string },
  me: { role: Role; user_id: string; isOperator: boolean },
): boolean {
  if (person.user_id === me.user_id) return false;
  return rolesToGive(me.role, me.isOperator).includes(person.role);
}
