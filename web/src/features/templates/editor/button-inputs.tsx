/** One button: what stands on it, and what pressing it does. */

import { ActionIcon, Button, TextInput } from "@mantine/core";
import {
  IconCopy,
  IconCornerUpLeft,
  IconExternalLink,
  IconForms,
  IconPhone,
  IconPlus,
  IconX,
} from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import type { Finding } from "../api/templates";
import { templateMessages } from "../messages";
import { type ButtonDraft, type ButtonType, variablesIn } from "../model/draft";
import { Count } from "./count";
import classes from "./editor.module.css";
import { FindingWords } from "./finding-words";
import { editorMessages } from "./messages";

const SIGNS = {
  QUICK_REPLY: IconCornerUpLeft,
  URL: IconExternalLink,
  PHONE_NUMBER: IconPhone,
  COPY_CODE: IconCopy,
  FLOW: IconForms,
} as const;
const MEMBERS = ["text", "url", "phone", "example", "flow", "screen"] as const;
type Member = (typeof MEMBERS)[number];
const LONGEST = 25;
const BELOW = ["label", "input", "description"] as const;

interface ButtonInputsProps {
  button: ButtonDraft;
  found: (member: Member) => readonly Finding[];
  onSeen: (member: Member) => void;
  onChange: (change: Partial<ButtonDraft>) => void;
  /** Nothing: it goes with others, elsewhere. */
  onRemove?: () => void;
}

export function ButtonInputs({ button, found, onSeen, onChange, onRemove }: ButtonInputsProps) {
  const t = useMessages(templateMessages);
  const e = useMessages(editorMessages);
  const { type } = button;
  const Sign = SIGNS[type];
  const input = (name: Member, label: string, more: object = {}) => (
    <TextInput
      label={label}
      value={button[name]}
      aria-invalid={found(name).length > 0 || undefined}
      onBlur={() => onSeen(name)}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
      {...more}
    />
  );
  return (
    <fieldset className={classes["button"]}>
      <legend>
        <Sign size={15} stroke={1.9} aria-hidden="true" /> {t.button[type]}
      </legend>
      {onRemove && (
        <ActionIcon
          className={classes["drop"] ?? ""}
          variant="subtle"
          color="gray"
          size={32}
          aria-label={t.removeButton(button.text || t.button[type])}
          onClick={onRemove}
        >
          <IconX size={17} />
        </ActionIcon>
      )}
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
          inputWrapperOrder: BELOW,
        })}
      {type === "URL" &&
        variablesIn(button.url).length > 0 &&
        input("example", t.urlExample, { type: "url" })}
      {type === "PHONE_NUMBER" && input("phone", t.phone, { type: "tel", placeholder: "+34 600 11 12 22" })}
      {type === "COPY_CODE" && input("example", t.codeExample)}
      {type === "FLOW" && (
        <div className={classes["pair"]}>
          {input("flow", e.flowId, { inputMode: "numeric" })}
          {input("screen", e.flowScreen, { description: e.flowScreenHint, inputWrapperOrder: BELOW })}
        </div>
      )}
      <FindingWords findings={MEMBERS.flatMap(found)} />
    </fieldset>
  );
}

export function AddButtons({
  types,
  onAdd,
}: {
  types: readonly ButtonType[];
  onAdd: (type: ButtonType) => void;
}) {
  const t = useMessages(templateMessages);
  if (types.length === 0) return null;
  return (
    <div className={classes["adds"]}>
      {types.map((type) => (
        <Button
          key={type}
          variant="default"
          size="compact-sm"
          leftSection={<IconPlus size={15} />}
          onClick={() => onAdd(type)}
        >
          {t.button[type]}
        </Button>
      ))}
    </div>
  );
}
