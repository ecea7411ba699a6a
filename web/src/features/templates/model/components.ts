/** A draft in the shape of Meta's API, and for each component the field it is written in. Pure. */

import { cardsSpeak } from "./cards";
import {
  type BodyDraft,
  type ButtonDraft,
  type CardDraft,
  type Draft,
  FILES,
  type Sample,
  variablesIn,
} from "./draft";

export type Part = Record<string, unknown>;

/** In Meta's examples; Meta shows each person its own words in their language. */
const SHOP_TEXT = { CATALOG: "View catalog", MPM: "View items", SPM: "View" } as const;

/** The components in the order of Meta's documents; of a carousel's cards all have the `cardFields`. */
export interface Written {
  components: Part[];
  fields: string[];
  cardFields: string[];
}

type Field = [field: string, part: Part];

export function componentsOf(draft: Draft): Written {
  const made = partsOf(draft);
  const [card] = draft.kind === "CAROUSEL" ? draft.cards : [];
  return {
    components: made.map(([, part]) => part),
    fields: made.map(([field]) => field),
    cardFields: card ? cardParts(draft, card).map(([field]) => field) : [],
  };
}

function partsOf(draft: Draft): Field[] {
  const { header, footer, buttons } = draft;
  const body: Field = ["body", bodyPart(draft)];
  const foot: Field[] = footer.trim() ? [["footer", { type: "FOOTER", text: footer }]] : [];
  const head: Field[] = header.kind === "NONE" ? [] : [["header", headerPart(header)]];
  const below: Field[] = buttons.length > 0 ? [["buttons", buttonsPart(buttons)]] : [];
  switch (draft.kind) {
    case "CODE":
      return codeParts(draft);
    case "CAROUSEL":
      return [body, ["cards", carouselPart(draft)]];
    case "OFFER":
      return [...head, ["offer", offerPart(draft)], body, ...below];
    case "CATALOG":
      return [...shopHeader(draft, head), body, ...foot, ["shop", shopPart(draft)]];
    default:
      return [...head, body, ...foot, ...below];
  }
}

function carouselPart(draft: Draft): Part {
  const cards = draft.cards.map((card) => ({ components: cardParts(draft, card).map(([, part]) => part) }));
  return { type: "CAROUSEL", cards };
}

function cardParts(draft: Draft, card: CardDraft): Field[] {
  if (draft.cardFormat === "PRODUCT")
    return [
      ["header", { type: "HEADER", format: "PRODUCT" }],
      ["buttons", { type: "BUTTONS", buttons: [{ type: "SPM", text: SHOP_TEXT.SPM }] }],
    ];
  return [
    ["header", withSample({ type: "HEADER", format: draft.cardFormat }, card.sample)],
    ...(cardsSpeak(draft) ? [["body", bodyPart(card)] as Field] : []),
    ...(card.buttons.length > 0 ? [["buttons", buttonsPart(card.buttons)] as Field] : []),
  ];
}

function offerPart({ offer }: Draft): Part {
  return {
    type: "LIMITED_TIME_OFFER",
    limited_time_offer: { text: offer.text, has_expiration: offer.ends },
  };
}

function shopHeader({ shop }: Draft, head: Field[]): Field[] {
  return shop === "SPM" ? [["shop", { type: "HEADER", format: "PRODUCT" }]] : head;
}

function shopPart({ shop }: Draft): Part {
  return { type: "BUTTONS", buttons: [{ type: shop, text: SHOP_TEXT[shop] }] };
}

function codeParts({ code }: Draft): Field[] {
  const minutes = Number(code.minutes);
  const expiry = { type: "FOOTER", code_expiration_minutes: Number.isInteger(minutes) ? minutes : 0 };
  return [
    ["body", { type: "BODY", add_security_recommendation: code.recommendation }],
    ...(code.minutes.trim() ? [["footer", expiry] as Field] : []),
    ["code", { type: "BUTTONS", buttons: [otpButton(code)] }],
  ];
}

function otpButton(code: Draft["code"]): Part {
  const button: Part = { type: "OTP", otp_type: code.otp, ...(code.button ? { text: code.button } : {}) };
  if (code.otp === "COPY_CODE") return button;
  return {
    ...button,
    ...(code.autofill ? { autofill_text: code.autofill } : {}),
    ...(code.otp === "ZERO_TAP" ? { zero_tap_terms_accepted: code.terms } : {}),
    supported_apps: code.apps.map(({ name, hash }) => ({
      package_name: name.trim(),
      signature_hash: hash.trim(),
    })),
  };
}

function bodyPart({ body, examples }: BodyDraft): Part {
  return withExamples({ type: "BODY", text: body }, "body_text", body, examples, true);
}

function headerPart(header: Draft["header"]): Part {
  const part: Part = { type: "HEADER", format: header.kind };
  if (header.kind === "TEXT") {
    const [name] = variablesIn(header.text);
    const examples = name === undefined ? {} : { [name]: header.example };
    return withExamples({ ...part, text: header.text }, "header_text", header.text, examples, false);
  }
  return FILES.includes(header.kind) ? withSample(part, header.sample) : part;
}

function withSample(part: Part, { handle }: Sample): Part {
  return handle ? { ...part, example: { header_handle: [handle] } } : part;
}

function withExamples(
  part: Part,
  key: string,
  text: string,
  examples: Readonly<Record<string, string>>,
  nested: boolean,
): Part {
  const names = variablesIn(text);
  if (names.length === 0) return part;
  if (names.some((name) => !/^\d+$/.test(name))) {
    const named = names.map((name) => ({ param_name: name, example: examples[name]?.trim() ?? "" }));
    return { ...part, example: { [`${key}_named_params`]: named } };
  }
  const row = names
    .toSorted((one, other) => Number(one) - Number(other))
    .map((name) => examples[name]?.trim() ?? "");
  return { ...part, example: { [key]: nested ? [row] : row } };
}

function buttonsPart(buttons: readonly ButtonDraft[]): Part {
  return { type: "BUTTONS", buttons: buttons.map(buttonPart) };
}

function buttonPart({ type, text, url, phone, example, flow, screen }: ButtonDraft): Part {
  switch (type) {
    case "URL":
      return {
        type,
        text,
        url,
        ...(variablesIn(url).length > 0 ? { example: example ? [example] : [] } : {}),
      };
    case "PHONE_NUMBER":
      return { type, text, phone_number: phone.replace(/[\s().-]/g, "") };
    case "COPY_CODE":
      return { type, example };
    case "FLOW":
      return {
        type,
        text,
        flow_id: flow.trim(),
        flow_action: "navigate",
        ...(screen.trim() ? { navigate_screen: screen.trim() } : {}),
      };
    default:
      return { type, text };
  }
}
