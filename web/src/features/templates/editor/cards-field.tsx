/** The cards of a carousel: what they all have, then each by itself. */

import { Button } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import { templateMessages } from "../messages";
import { addable } from "../model/buttons";
import {
  MOST_CARDS,
  withButtonOnCards,
  withCard,
  withCardFormat,
  withoutButtonOnCards,
} from "../model/cards";
import type { CardFormat } from "../model/draft";
import { AddButtons } from "./button-inputs";
import { CardFields } from "./card-fields";
import { Choices } from "./choices";
import classes from "./editor.module.css";
import type { FieldProps, SampleProps } from "./field";
import { FindingWords } from "./finding-words";
import { editorMessages } from "./messages";

const FORMATS: readonly CardFormat[] = ["IMAGE", "VIDEO", "PRODUCT"];

export function CardsField(props: FieldProps & SampleProps) {
  const { draft, found, onChange } = props;
  const t = useMessages(editorMessages);
  const isProduct = draft.cardFormat === "PRODUCT";
  return (
    <section className={classes["part"]} aria-label={t.cards}>
      <h2>{t.cards}</h2>
      <Choices
        label={t.pictures}
        words={t.cardFormat}
        among={FORMATS}
        chosen={draft.cardFormat}
        onChoose={(format) => onChange(withCardFormat(draft, format))}
      />
      <p className={classes["note"]}>{isProduct ? t.productsHint : t.cardsHint}</p>
      {!isProduct && <SharedButtons {...props} />}
      {draft.cards.map((card, index) => (
        <CardFields {...props} card={card} index={index} key={card.key} />
      ))}
      <FindingWords findings={found("cards")} />
      {draft.cards.length < MOST_CARDS && (
        <div className={classes["adds"]}>
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            onClick={() => onChange(withCard(draft))}
          >
            {t.addCard}
          </Button>
        </div>
      )}
    </section>
  );
}

/** A button that one card has, all have: they are added and removed for all at once. */
function SharedButtons({ draft, onChange }: FieldProps) {
  const t = useMessages(templateMessages);
  const e = useMessages(editorMessages);
  const buttons = draft.cards[0]?.buttons ?? [];
  return (
    <fieldset className={classes["shared"]}>
      <legend>{e.onEveryCard}</legend>
      {buttons.map(({ key, type }) => (
        <Button
          key={key}
          variant="light"
          size="compact-sm"
          rightSection={<IconX size={14} aria-hidden="true" />}
          aria-label={e.removeFromCards(t.button[type])}
          onClick={() => onChange(withoutButtonOnCards(draft, key))}
        >
          {t.button[type]}
        </Button>
      ))}
      <AddButtons
        types={addable(draft, buttons)}
        onAdd={(type) => onChange(withButtonOnCards(draft, type))}
      />
    </fieldset>
  );
}
