/** One card: its picture, its words, what its buttons say. */

import { ActionIcon } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconX } from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import { withButtonChanged } from "../model/buttons";
import { LEAST_CARDS, withCardChanged, withCardMoved, withoutCard } from "../model/cards";
import type { CardDraft } from "../model/draft";
import { BodyInputs } from "./body-field";
import { ButtonInputs } from "./button-inputs";
import classes from "./editor.module.css";
import type { FieldProps, SampleProps } from "./field";
import { FindingWords } from "./finding-words";
import { editorMessages } from "./messages";
import { SampleChoice } from "./sample-choice";

const LONGEST = 160;

interface CardFieldsProps extends FieldProps, SampleProps {
  card: CardDraft;
  index: number;
}

export function CardFields(props: CardFieldsProps) {
  const { draft, card, index, onChange } = props;
  const t = useMessages(editorMessages);
  const at = (field: string) => `cards.${card.key}.${field}`;
  const found = (field: string) => props.found(at(field));
  const onSeen = (field: string) => props.onSeen(at(field));
  const change = (changed: Partial<CardDraft>) => onChange(withCardChanged(draft, card.key, changed));
  return (
    <fieldset className={classes["card"]}>
      <legend>{t.card(index + 1)}</legend>
      <CardTools {...props} />
      {draft.cardFormat !== "PRODUCT" && (
        <>
          <SampleChoice
            key={draft.cardFormat}
            wabaId={props.wabaId}
            isNew={props.isNew}
            format={draft.cardFormat}
            sample={card.sample}
            onChange={(sample) => change({ sample })}
            onSeen={() => onSeen("header.example")}
          />
          <FindingWords findings={[...found("header"), ...found("header.example")]} />
          <BodyInputs<CardDraft>
            draft={card}
            found={found}
            onSeen={onSeen}
            onChange={change}
            label={t.cardText}
            hint={t.cardTextHint}
            most={LONGEST}
            rows={2}
          />
          {card.buttons.map((button) => (
            <ButtonInputs
              key={button.key}
              button={button}
              found={(member) => found(`buttons.${button.key}.${member}`)}
              onSeen={(member) => onSeen(`buttons.${button.key}.${member}`)}
              onChange={(changed) =>
                change({ buttons: withButtonChanged(card.buttons, button.key, changed) })
              }
            />
          ))}
          <FindingWords findings={found("buttons")} />
        </>
      )}
      <FindingWords findings={props.found(`cards.${card.key}`)} />
    </fieldset>
  );
}

function CardTools({ draft, card, index, onChange }: CardFieldsProps) {
  const t = useMessages(editorMessages);
  const tool = (label: string, Sign: typeof IconX, disabled: boolean, press: () => void) => (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={32}
      aria-label={label}
      disabled={disabled}
      onClick={press}
    >
      <Sign size={17} />
    </ActionIcon>
  );
  const { length } = draft.cards;
  return (
    <div className={classes["tools"]}>
      {tool(t.earlier(index + 1), IconArrowUp, index === 0, () =>
        onChange(withCardMoved(draft, card.key, -1)),
      )}
      {tool(t.later(index + 1), IconArrowDown, index === length - 1, () =>
        onChange(withCardMoved(draft, card.key, 1)),
      )}
      {tool(t.removeCard(index + 1), IconX, length <= LEAST_CARDS, () =>
        onChange(withoutCard(draft, card.key)),
      )}
    </div>
  );
}
