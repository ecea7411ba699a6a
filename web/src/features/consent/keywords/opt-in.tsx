/** Where marketing needs a yes: saved as it is chosen. */

import { Select } from "@mantine/core";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { tellFailed, tellSaved } from "@/shared/ui/notices";
import { type OptInNeeded, useChangeRules } from "../api/consent";
import { keywordMessages } from "./messages";

const NEEDS = ["never", "campaigns", "always"] as const satisfies readonly OptInNeeded[];

export function OptIn({ needed }: { needed: OptInNeeded }) {
  const t = useMessages(keywordMessages);
  const refusal = useRefusal();
  const change = useChangeRules();
  const choose = (chosen: string | null) => {
    const opt_in_needed = NEEDS.find((one) => one === chosen);
    if (!opt_in_needed || opt_in_needed === needed) return;
    change.mutate((now) => ({ ...now, opt_in_needed }), {
      onSuccess: () => tellSaved(t.saved),
      onError: (error) => tellFailed(refusal(error) ?? ""),
    });
  };
  return (
    <Select
      w="100%"
      label={t.optInLabel}
      description={t.needHint[needed]}
      inputWrapperOrder={["label", "input", "error", "description"]}
      allowDeselect={false}
      disabled={change.isPending}
      data={NEEDS.map((value) => ({ value, label: t.need[value] }))}
      value={needed}
      onChange={choose}
    />
  );
}
