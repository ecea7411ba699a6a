/** An authentication template: Meta writes its text, three things are ours to choose. */

import { Checkbox, TextInput } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import { templateMessages } from "../messages";
import type { FieldProps } from "./editor";
import classes from "./editor.module.css";
import { FindingWords } from "./finding-words";

export function CodeFields({ draft, found, onChange, onSeen }: FieldProps) {
  const t = useMessages(templateMessages);
  const change = (changed: Partial<typeof draft.code>) =>
    onChange({ ...draft, code: { ...draft.code, ...changed } });
  return (
    <section className={classes["part"]} aria-label={t.body}>
      <Checkbox
        label={t.codeText}
        checked={draft.code.recommendation}
        onChange={(event) => change({ recommendation: event.currentTarget.checked })}
      />
      <div className={classes["pair"]}>
        <div>
          <TextInput
            label={t.codeMinutes}
            inputMode="numeric"
            value={draft.code.minutes}
            aria-invalid={found("footer").length > 0 || undefined}
            onBlur={() => onSeen("footer")}
            onChange={(event) =>
              change({ minutes: event.currentTarget.value.replace(/\D/g, "").slice(0, 3) })
            }
          />
          <FindingWords findings={found("footer")} />
        </div>
        <TextInput
          label={t.codeButton}
          placeholder={t.codeCopy}
          maxLength={25}
          value={draft.code.button}
          onBlur={() => onSeen("buttons")}
          onChange={(event) => change({ button: event.currentTarget.value })}
        />
      </div>
      <FindingWords findings={found("buttons")} />
    </section>
  );
}
