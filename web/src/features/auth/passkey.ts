/** Passkeys in the browser. Without a secure context (plain HTTP on a LAN) browsers have none. */

import { answer, api } from "@/shared/api/client";
import type { SignInAnswer } from "@/shared/session/session";

/** What the API sends and takes: WebAuthn's objects in JSON. */
type Json = Record<string, unknown>;

export function hasPasskeys(): boolean {
  return (
    globalThis.isSecureContext &&
    typeof globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON === "function"
  );
}

/** Signs in with a passkey alone: the person need not write who they are. */
export async function signInWithPasskey(): Promise<SignInAnswer> {
  const { challenge, options } = await answer(api.POST("/api/auth/passkeys/sign-in/options"));
  const credential = await askAuthenticator(options);
  return answer(api.POST("/api/auth/passkeys/sign-in", { body: { challenge, credential } }));
}

/** Returns the authenticator's answer. Throws a DOMException where the person declines. */
export async function askAuthenticator(options: Json): Promise<Json> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as unknown as PublicKeyCredentialRequestOptionsJSON,
  );
  const credential = await navigator.credentials.get({ publicKey });
  if (!(credential instanceof PublicKeyCredential)) throw new TypeError("no passkey was chosen");
  return { ...credential.toJSON() };
}

/** Returns the authenticator's new passkey. Throws a DOMException where the person declines, or has one of this site already. */
export async function createPasskey(options: Json): Promise<Json> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as unknown as PublicKeyCredentialCreationOptionsJSON,
  );
  const credential = await navigator.credentials.create({ publicKey });
  if (!(credential instanceof PublicKeyCredential)) throw new TypeError("no passkey was made");
  return { ...credential.toJSON() };
}
