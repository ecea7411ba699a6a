/** Meta's own sign-up leaves this page and comes back to another: what has to be known there is kept in this tab. */

import { isProblem } from "@/shared/api/problem";

const STORED = "curbe.sign-up";

export interface SignUp {
  tenant_id: string;
  redirect_uri: string;
  /** The number that is connected again; none where it is a new one. */
  phone_number_id?: string | undefined;
  /** What the sign-up left to choose: a page that is loaded again shows it again. */
  choice?: Choice | undefined;
}

/** Numbers of which one is to be chosen; Meta's token waits for it at the server. */
export interface Choice {
  choice_id: string;
  expires_at: string;
  choices: Granted[];
}

export interface Granted {
  phone_number_id: string;
  phone_number_spelled: string | null;
  display_name: string | null;
  number_status: string | null;
}

/** The page that Meta sends people back to. */
export function signUpReturn(): string {
  return `${location.origin}/connect/whatsapp`;
}

export function begin(signUp: SignUp, url: string): void {
  keep(signUp);
  location.assign(url);
}

export function keep(signUp: SignUp): void {
  sessionStorage.setItem(STORED, JSON.stringify(signUp));
}

/** The sign-up that this tab began; null where it began none. */
export function begun(): SignUp | null {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(STORED) ?? "null");
    if (typeof found !== "object" || found === null) return null;
    const { tenant_id, redirect_uri, phone_number_id, choice } = found as Partial<SignUp>;
    return tenant_id && redirect_uri ? { tenant_id, redirect_uri, phone_number_id, choice } : null;
  } catch {
    return null;
  }
}

export function forget(): void {
  sessionStorage.removeItem(STORED);
}

/** The numbers that the server asks to choose from; null where it refused for another reason. */
export function choiceIn(error: unknown): Choice | null {
  if (!isProblem(error, "several_numbers")) return null;
  const { choice_id, expires_at, choices } = error.members as Partial<Choice>;
  return choice_id && expires_at && choices ? { choice_id, expires_at, choices } : null;
}
