/** A warning before a password is typed where others can listen. */

import { useMessages } from "@/shared/i18n/language";
import { FormError } from "@/shared/ui/form-error";
import { authMessages } from "./messages";

export function InsecureNotice() {
  const t = useMessages(authMessages);
  if (globalThis.isSecureContext) return null; // https, or this very machine
  return (
    <div style={{ marginBottom: 20 }}>
      <FormError tone="warn">{t.insecure}</FormError>
    </div>
  );
}
