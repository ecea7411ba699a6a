/** Meta's own sign-up leaves this page and comes back to another: what has to be known there is kept in this tab. */

const STORED = "curbe.sign-up";

export interface SignUp {
  tenant_id: string;
  redirect_uri: string;
}

/** The page that Meta sends people back to. */
export function signUpReturn(): string {
  return `${location.origin}/connect/whatsapp`;
}

export function begin(signUp: SignUp, url: string): void {
  sessionStorage.setItem(STORED, JSON.stringify(signUp));
  location.assign(url);
}

/** The sign-up that this tab began; null where it began none. */
export function begun(): SignUp | null {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(STORED) ?? "null");
    if (typeof found !== "object" || found === null) return null;
    const { tenant_id, redirect_uri } = found as Partial<SignUp>;
    return tenant_id && redirect_uri ? { tenant_id, redirect_uri } : null;
  } catch {
    return null;
  }
}

export function forget(): void {
  sessionStorage.removeItem(STORED);
}
