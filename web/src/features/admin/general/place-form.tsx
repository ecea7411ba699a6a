/** Language, country and time zone: saved as they are chosen. */

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
const ZONES = Intl.supportedValuesOf("timeZone");

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
      <Select
        label={t.timeZone}
        description={t.timeZoneHint}
        placeholder={t.timeZoneOfCountry}
        searchable
        clearable
        limit={60}
        nothingFoundMessage={t.timeZoneNone}
        data={zonesWith(tenant.time_zone)}
        value={tenant.time_zone}
        onChange={(time_zone) => save({ time_zone })}
      />
    </div>
  );
}

/** The browser's time zones; one set elsewhere by a name it does not know is among them. */
function zonesWith(known: string | null) {
  const names = known && !ZONES.includes(known) ? [known, ...ZONES] : ZONES;
  return names.map((value) => ({ value, label: value.replaceAll("_", " ") }));
}
