/** What a word is about: one kind of message, or all of them. */

import { Select } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import type { Category } from "./api/consent";
import { consentMessages } from "./messages";

const ALL = ["all", "marketing", "utility"] as const satisfies readonly Category[];

interface CategorySelectProps {
  value: Category;
  onChange: (category: Category) => void;
}

export function CategorySelect({ value, onChange }: CategorySelectProps) {
  const t = useMessages(consentMessages);
  return (
    <Select
      label={t.about}
      description={t.categoryHint[value]}
      inputWrapperOrder={["label", "input", "error", "description"]}
      allowDeselect={false}
      data={ALL.map((one) => ({ value: one, label: t.category[one] }))}
      value={value}
      onChange={(chosen) => onChange(ALL.find((one) => one === chosen) ?? value)}
    />
  );
}
