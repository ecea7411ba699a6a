/** A password to choose: one field that can be looked at, and the rule before it is broken. */

import { useFormat, useMessages } from "@/shared/i18n/language";
import { uiMessages } from "./messages";
import { SecretInput } from "./secret-input";

export const SHORTEST_PASSWORD = 10;

interface NewPasswordProps {
  value: string;
  onChange: (value: string) => void;
  label?: string;
  size?: string;
  autoFocus?: boolean;
}

export function NewPassword({ value, onChange, label, size = "md", autoFocus = false }: NewPasswordProps) {
  const t = useMessages(uiMessages);
  const format = useFormat();
  const missing = SHORTEST_PASSWORD - [...value].length;
  return (
    <SecretInput
      label={label ?? t.newPassword}
      description={
        value && missing > 0
          ? `${t.passwordRule} (${t.passwordShort(format.number(missing))})`
          : t.passwordRule
      }
      name="new-password"
      autoComplete="new-password"
      minLength={SHORTEST_PASSWORD}
      maxLength={256}
      required
      withAsterisk={false}
      size={size}
      autoFocus={autoFocus}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
