/** What can be pressed below the message. */

import { useMessages } from "@/shared/i18n/language";
import { templateMessages } from "../messages";
import { addable, withButton, withButtonChanged, withoutButton } from "../model/buttons";
import { AddButtons, ButtonInputs } from "./button-inputs";
import classes from "./editor.module.css";
import type { FieldProps } from "./field";
import { FindingWords } from "./finding-words";

export function ButtonsField({ draft, found, onChange, onSeen }: FieldProps) {
  const t = useMessages(templateMessages);
  const { buttons } = draft;
  return (
    <section className={classes["part"]} aria-label={t.buttons}>
      <h2>{t.buttons}</h2>
      {buttons.map((button) => (
        <ButtonInputs
          key={button.key}
          button={button}
          found={(member) => found(`buttons.${button.key}.${member}`)}
          onSeen={(member) => onSeen(`buttons.${button.key}.${member}`)}
          onChange={(change) =>
            onChange({ ...draft, buttons: withButtonChanged(buttons, button.key, change) })
          }
          onRemove={() => onChange({ ...draft, buttons: withoutButton(buttons, button.key) })}
        />
      ))}
      <FindingWords findings={found("buttons")} />
      <AddButtons
        types={addable(draft, buttons)}
        onAdd={(type) => onChange({ ...draft, buttons: withButton(buttons, type) })}
      />
    </section>
  );
}
