/** Language and country: saved as they are chosen. */

import { Select } from "@mantine/core";
import { useRefusal } from "@/shared/api/use-refusal";
import { LANGUAGE_NAMES, LANGUAGES } from "@/shared/i18n/catalogue";
import { useMessages } from "@/shared/i18n/language";
import { CountrySelect } from "@/shared/ui/country-select";
import { tellFailed, tellSaved } from "@/shared/ui/notices";
import { type TenantChanges, type TenantShown, useChangeTenant } from "../api/tenant";
import classes from "./general.module.css";
import { generalMessages } from "./messages";

const EACH_ONES = "each";

export function PlaceForm({ tenant }: { tenant: TenantShown }) {
  const t = useMessages(generalMessages);
  const refusal = useRefusal();
  const change = useChangeTenant();
  const save = (changes: TenantChanges) =>
    change.mutate(changes, {
      onSuccess: () => tellSaved(t.saved),
      onError: (error) => tellFailed(refusal(error) ?? ""),
    });
  return (
    <div className={classes["fields"]}>
      <Select
        label={t.language}
        allowDeselect={false}
        data={[
          { value: EACH_ONES, label: t.languageAuto },
          ...LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] })),
        ]}
        value={tenant.language ?? EACH_ONES}
        onChange={(value) =>
          save({ language: value === EACH_ONES ? null : (value as TenantShown["language"]) })
        }
      />
      <CountrySelect
        label={t.country}
        placeholder={t.countryNone}
        value={tenant.default_country}
        onChange={(default_country) => save({ default_country })}
      />
    </div>
  );
}
