/** The cards of a carousel: all of one shape, each with its own words. Pure. */

import { withButton, withoutButton } from "./buttons";
import { type ButtonType, type CardDraft, type CardFormat, type Draft, EMPTY_CARD, NO_SAMPLE } from "./draft";

export const LEAST_CARDS = 2;
export const MOST_CARDS = 10;

/** One more card, with the buttons of the others as they stand on the last: most often the same words again. */
export function withCard(draft: Draft): Draft {
  const key = Math.max(0, ...draft.cards.map((one) => one.key)) + 1;
  const buttons = (draft.cards.at(-1)?.buttons ?? []).map((one) => ({ ...one, url: "", example: "" }));
  return { ...draft, cards: [...draft.cards, { ...EMPTY_CARD, key, buttons }] };
}

/** All cards show images, videos or products: a file that is another thing is no sample of theirs any more. */
export function withCardFormat(draft: Draft, cardFormat: CardFormat): Draft {
  if (cardFormat === draft.cardFormat) return draft;
  return { ...draft, cardFormat, cards: draft.cards.map((card) => ({ ...card, sample: NO_SAMPLE })) };
}

export function withoutCard(draft: Draft, key: number): Draft {
  return { ...draft, cards: draft.cards.filter((one) => one.key !== key) };
}

export function withCardChanged(draft: Draft, key: number, change: Partial<CardDraft>): Draft {
  return { ...draft, cards: draft.cards.map((one) => (one.key === key ? { ...one, ...change } : one)) };
}

/** The card one place further to the front (-1) or the back (1). */
export function withCardMoved(draft: Draft, key: number, by: -1 | 1): Draft {
  const from = draft.cards.findIndex((one) => one.key === key);
  const card = draft.cards[from];
  if (!card || from + by < 0) return draft;
  return { ...draft, cards: draft.cards.toSpliced(from, 1).toSpliced(from + by, 0, card) };
}

export function withButtonOnCards(draft: Draft, type: ButtonType): Draft {
  return {
    ...draft,
    cards: draft.cards.map((card) => ({ ...card, buttons: withButton(card.buttons, type) })),
  };
}

/** Buttons are one another's by their place: those of a template read from Meta have their keys by it too. */
export function withoutButtonOnCards(draft: Draft, key: number): Draft {
  return {
    ...draft,
    cards: draft.cards.map((card) => ({ ...card, buttons: withoutButton(card.buttons, key) })),
  };
}

/** Whether cards say something: all of them must, where one does. */
export function cardsSpeak(draft: Draft): boolean {
  return draft.cardFormat !== "PRODUCT" && draft.cards.some((card) => card.body.trim() !== "");
}
