import { TextInput } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import { templateMessages } from "../messages";
import { Count } from "./count";
import classes from "./editor.module.css";
import type { FieldProps } from "./field";
import { FindingWords } from "./finding-words";

const LONGEST = 60;

export function FooterField({ draft, found, onChange, onSeen }: FieldProps) {
  const t = useMessages(templateMessages);
  return (
    <section className={classes["part"]} aria-label={t.footer}>
      <h2>{t.footer}</h2>
      <TextInput
        aria-label={t.footer}
        description={t.footerHint}
        inputWrapperOrder={["input", "description"]}
        value={draft.footer}
        rightSectionWidth={58}
        rightSection={<Count now={draft.footer.length} most={LONGEST} />}
        aria-invalid={found("footer").length > 0 || undefined}
        onBlur={() => onSeen("footer")}
        onChange={(event) => onChange({ ...draft, footer: event.currentTarget.value })}
      />
      <FindingWords findings={found("footer")} />
    </section>
  );
}
