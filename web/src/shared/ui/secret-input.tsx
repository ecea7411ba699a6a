/** A field for what nobody should read over a shoulder. Mantine's tells a screen reader neither that it is wrong nor why. */

import { PasswordInput, type PasswordInputProps } from "@mantine/core";
import { useId } from "react";
import { useMessages } from "@/shared/i18n/language";
import { uiMessages } from "./messages";

export function SecretInput({ description, error, ...rest }: PasswordInputProps) {
  const t = useMessages(uiMessages);
  const id = useId();
  const told = [error && `${id}-error`, description && `${id}-description`].filter(Boolean).join(" ");
  return (
    <PasswordInput
      id={id}
      description={description}
      error={error}
      aria-invalid={error ? true : undefined}
      aria-describedby={told || undefined}
      visibilityToggleButtonProps={{ "aria-label": t.showSecret }}
      {...rest}
    />
  );
}
