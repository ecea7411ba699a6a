/** A country, found by typing its name. */

import { Select } from "@mantine/core";
import { type ReactNode, useMemo } from "react";
import { useFormat } from "@/shared/i18n/language";
import { countryOptions } from "@/shared/lib/countries";

interface CountrySelectProps {
  label: string;
  description?: ReactNode;
  placeholder?: string;
  value: string | null;
  onChange: (code: string | null) => void;
  disabled?: boolean;
}

const SHOWN = 60; // at once; typing finds the rest

export function CountrySelect(props: CountrySelectProps) {
  const { locale } = useFormat();
  const data = useMemo(() => countryOptions(locale), [locale]);
  return <Select {...props} data={data} searchable clearable limit={SHOWN} maxDropdownHeight={280} />;
}
