/** Passkeys in the browser. Without a secure context (plain HTTP on a LAN) browsers have none. */

import { call } from "@/shared/api/client";
import type { SignInAnswer } from "@/shared/session/session";

export function hasPasskeys(): boolean {
  return (
    globalThis.isSecureContext &&
    typeof globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON === "function"
  );
}

/** Signs in with a passkey alone: the person need not write who they are. */
export async function signInWithPasskey(): Promise<SignInAnswer> {
  const options = await call<PublicKeyCredentialRequestOptionsJSON>(
    "POST",
    "/api/auth/passkeys/sign-in/options",
  );
  const credential = await askAuthenticator(options);
  return call<SignInAnswer>("POST", "/api/auth/passkeys/sign-in/complete", { body: { credential } });
}

/** Asks for the passkey of one account, as its second factor. */
export async function passkeyFor(challenge: string): Promise<unknown> {
  const options = await call<PublicKeyCredentialRequestOptionsJSON>(
    "POST",
    "/api/auth/passkeys/sign-in/options",
    {
      body: { challenge },
    },
  );
  return askAuthenticator(options);
}

/** Returns the authenticator's answer as JSON. Throws a DOMException where the person declines. */
async function askAuthenticator(options: PublicKeyCredentialRequestOptionsJSON): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials.get({ publicKey });
  if (!(credential instanceof PublicKeyCredential)) throw new TypeError("no passkey was chosen");
  return credential.toJSON();
}
