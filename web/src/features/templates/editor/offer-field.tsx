/** What is on offer, and whether it ends. */

import { Checkbox, TextInput } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import { Count } from "./count";
import classes from "./editor.module.css";
import type { FieldProps } from "./field";
import { FindingWords } from "./finding-words";
import { editorMessages } from "./messages";

const LONGEST = 16;

export function OfferField({ draft, found, onChange, onSeen }: FieldProps) {
  const t = useMessages(editorMessages);
  const { offer } = draft;
  const change = (changed: Partial<typeof offer>) => onChange({ ...draft, offer: { ...offer, ...changed } });
  return (
    <section className={classes["part"]} aria-label={t.offer}>
      <h2>{t.offer}</h2>
      <TextInput
        label={t.offerText}
        description={t.offerTextHint}
        inputWrapperOrder={["label", "input", "description"]}
        value={offer.text}
        rightSectionWidth={54}
        rightSection={<Count now={offer.text.length} most={LONGEST} />}
        aria-invalid={found("offer").length > 0 || undefined}
        onBlur={() => onSeen("offer")}
        onChange={(event) => change({ text: event.currentTarget.value })}
      />
      <FindingWords findings={found("offer")} />
      <Checkbox
        label={t.offerEnds}
        description={t.offerEndsHint}
        checked={offer.ends}
        onChange={(event) => change({ ends: event.currentTarget.checked })}
      />
    </section>
  );
}
