/** What can be pressed below the message. */

import { ActionIcon, Button, TextInput } from "@mantine/core";
import {
  IconCopy,
  IconCornerUpLeft,
  IconExternalLink,
  IconPhone,
  IconPlus,
  IconX,
} from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import { templateMessages } from "../messages";
import {
  type ButtonDraft,
  type ButtonType,
  mayAdd,
  variablesIn,
  withButton,
  withButtonChanged,
  withoutButton,
} from "../model/draft";
import type { FieldProps } from "./editor";
import classes from "./editor.module.css";
import { FindingWords } from "./finding-words";
import { Count } from "./header-field";

const SIGNS = {
  QUICK_REPLY: IconCornerUpLeft,
  URL: IconExternalLink,
  PHONE_NUMBER: IconPhone,
  COPY_CODE: IconCopy,
} as const;
const TYPES = Object.keys(SIGNS) as ButtonType[];
const LONGEST = 25;

export function ButtonsField(props: FieldProps) {
  const { draft, found, onChange } = props;
  const t = useMessages(templateMessages);
  return (
    <section className={classes["part"]} aria-label={t.buttons}>
      <h2>{t.buttons}</h2>
      {draft.buttons.map((button) => (
        <ButtonFields {...props} button={button} key={button.key} />
      ))}
      <FindingWords findings={found("buttons")} />
      <div className={classes["adds"]}>
        {TYPES.filter((type) => mayAdd(draft, type)).map((type) => (
          <Button
            key={type}
            variant="default"
            size="compact-md"
            leftSection={<IconPlus size={15} />}
            onClick={() => onChange(withButton(draft, type))}
          >
            {t.button[type]}
          </Button>
        ))}
      </div>
    </section>
  );
}

function ButtonFields({ draft, found, onChange, onSeen, button }: FieldProps & { button: ButtonDraft }) {
  const t = useMessages(templateMessages);
  const { key, type } = button;
  const Sign = SIGNS[type];
  const change = (changed: Partial<ButtonDraft>) => onChange(withButtonChanged(draft, key, changed));
  const field = (name: string) => `buttons.${key}.${name}`;
  const input = (name: "text" | "url" | "phone" | "example", label: string, more: object = {}) => (
    <TextInput
      label={label}
      value={button[name]}
      aria-invalid={found(field(name)).length > 0 || undefined}
      onBlur={() => onSeen(field(name))}
      onChange={(event) => change({ [name]: event.currentTarget.value })}
      {...more}
    />
  );
  const all = ["text", "url", "phone", "example"].flatMap((name) => found(field(name)));
  return (
    <fieldset className={classes["button"]}>
      <legend>
        <Sign size={15} stroke={1.9} aria-hidden="true" /> {t.button[type]}
      </legend>
      <ActionIcon
        className={classes["drop"] ?? ""}
        variant="subtle"
        color="gray"
        size={32}
        aria-label={t.removeButton(button.text || t.button[type])}
        onClick={() => onChange(withoutButton(draft, key))}
      >
        <IconX size={17} />
      </ActionIcon>
      {type !== "COPY_CODE" &&
        input("text", t.buttonText, {
          rightSectionWidth: 54,
          rightSection: <Count now={button.text.length} most={LONGEST} />,
        })}
      {type === "URL" &&
        input("url", t.url, {
          type: "url",
          placeholder: "https://",
          description: t.urlHint,
          inputWrapperOrder: ["label", "input", "description"],
        })}
      {type === "URL" &&
        variablesIn(button.url).length > 0 &&
        input("example", t.urlExample, { type: "url" })}
      {type === "PHONE_NUMBER" && input("phone", t.phone, { type: "tel", placeholder: "+34 600 11 12 22" })}
      {type === "COPY_CODE" && input("example", t.codeExample)}
      <FindingWords findings={all} />
    </fieldset>
  );
}
