/** What is written by itself: as long as a WhatsApp message may be. */

import { Textarea } from "@mantine/core";

const LONGEST = 4096;

interface TextFieldProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
  error: string | undefined;
}

export function TextField({ label, value, onChange, error }: TextFieldProps) {
  return (
    <Textarea
      label={label}
      autosize
      minRows={3}
      maxRows={10}
      maxLength={LONGEST}
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
