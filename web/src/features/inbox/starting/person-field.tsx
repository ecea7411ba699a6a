/** A number that is typed, or that of somebody who is found by name. */

import { Autocomplete, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import type { ContactSummary } from "@/shared/store/types";
import { searchQuery } from "../api/search";
import { startingMessages } from "./messages";

const SHORTEST = 2;
const MOST = 8;

interface PersonFieldProps {
  value: string;
  /** `contact`: who was chosen; null where something is typed. */
  onChange: (phone: string, contact: ContactSummary | null) => void;
}

export function PersonField({ value, onChange }: PersonFieldProps) {
  const t = useMessages(startingMessages);
  const { tenant_id } = useTenant();
  const [words] = useDebouncedValue(value.trim(), 200);
  const found = useInfiniteQuery({
    ...searchQuery(tenant_id, words, "contacts"),
    enabled: words.length >= SHORTEST,
  });
  const people = new Map<string, ContactSummary>();
  for (const { conversation } of found.data?.pages[0]?.items ?? []) {
    const { phone } = conversation.contact;
    if (phone && people.size < MOST) people.set(phone, conversation.contact);
  }
  return (
    <Autocomplete
      label={t.to}
      description={t.toHint}
      placeholder="+34 611 000 001"
      value={value}
      data={[...people.keys()]}
      filter={({ options }) => options} // the server found them, by names too
      renderOption={({ option }) => (
        <span>
          <bdi>{people.get(option.value)?.name ?? option.value}</bdi>{" "}
          <Text span size="xs" c="dimmed">
            {people.get(option.value)?.name ? option.value : ""}
          </Text>
        </span>
      )}
      onChange={(text) => onChange(text, people.get(text) ?? null)}
      data-autofocus
    />
  );
}
