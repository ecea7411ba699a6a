/** Which buttons a template or a card may have, and in which order they stand. Pure. */

import { type ButtonDraft, type ButtonType, buttonOf, type Draft, type Kind } from "./draft";

export const MOST_BUTTONS = 10;
const MOST_OF: Partial<Record<ButtonType, number>> = { URL: 2, PHONE_NUMBER: 1, COPY_CODE: 1, FLOW: 1 };
/** What may be added to each kind; on a card, to a carousel's cards. */
const OF_KIND: Record<Kind, readonly ButtonType[]> = {
  MESSAGE: ["QUICK_REPLY", "URL", "PHONE_NUMBER", "FLOW", "COPY_CODE"],
  OFFER: ["COPY_CODE", "URL"],
  CAROUSEL: ["QUICK_REPLY", "URL", "PHONE_NUMBER"],
  CATALOG: [],
  CODE: [],
};
const MOST_ON_CARD = 2;

type Buttons = readonly ButtonDraft[];

/** The types of which another button may be added. */
export function addable(
  { kind, category }: Pick<Draft, "kind" | "category">,
  buttons: Buttons,
): ButtonType[] {
  if (buttons.length >= (kind === "CAROUSEL" ? MOST_ON_CARD : MOST_BUTTONS)) return [];
  return OF_KIND[kind].filter(
    (type) =>
      (type !== "COPY_CODE" || category === "MARKETING") &&
      buttons.filter((one) => one.type === type).length < (MOST_OF[type] ?? MOST_BUTTONS),
  );
}

/** Quick replies stand together: a new one goes behind the last of them, any other to the end; an offer's code stands first. */
export function withButton(buttons: Buttons, type: ButtonType): Buttons {
  const added = buttonOf(type, Math.max(0, ...buttons.map((one) => one.key)));
  const last = buttons.findLastIndex((one) => one.type === "QUICK_REPLY");
  const place = type === "QUICK_REPLY" && last >= 0 ? last + 1 : type === "COPY_CODE" ? 0 : buttons.length;
  return buttons.toSpliced(place, 0, added);
}

export function withoutButton(buttons: Buttons, key: number): Buttons {
  return buttons.filter((one) => one.key !== key);
}

export function withButtonChanged(buttons: Buttons, key: number, change: Partial<ButtonDraft>): Buttons {
  return buttons.map((one) => (one.key === key ? { ...one, ...change } : one));
}
