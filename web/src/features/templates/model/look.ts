/** A template as it looks on the phone, with its examples in its variables. Pure. */

import type { Part } from "./components";
import { filled } from "./draft";
import { examplesOf, partsIn, recordOf, textOf, typeOf } from "./parts";

export interface Look {
  header: { format: string; text: string } | null;
  body: string;
  footer: string;
  /** `code`: what a button copies. */
  offer: { text: string; ends: boolean; code: string } | null;
  buttons: { type: string; text: string; detail: string }[];
  cards: Look[];
}

export function lookOf(components: unknown): Look {
  const parts = partsIn(components);
  const of = (type: string) => parts.find((part) => typeOf(part) === type);
  const [header, body] = [of("HEADER"), of("BODY")];
  const texts = examplesOf(body, "body_text");
  const [title = ""] = Object.values(examplesOf(header, "header_text"));
  const buttons = partsIn(of("BUTTONS")?.["buttons"]);
  return {
    header: header
      ? { format: typeOf(header, "format") || "TEXT", text: filled(textOf(header["text"]), () => title) }
      : null,
    body: filled(textOf(body?.["text"]), (name) => texts[name]),
    footer: textOf(of("FOOTER")?.["text"]),
    offer: offerOf(of("LIMITED_TIME_OFFER"), buttons),
    buttons: buttons.map((button) => ({
      type: typeOf(button),
      text: textOf(button["text"]),
      detail: textOf(button["url"]) || textOf(button["phone_number"]),
    })),
    cards: partsIn(of("CAROUSEL")?.["cards"]).map((card) => lookOf(card["components"])),
  };
}

function offerOf(part: Part | undefined, buttons: readonly Part[]): Look["offer"] {
  if (!part) return null;
  const offer = recordOf(part["limited_time_offer"]);
  const example = buttons.find((button) => typeOf(button) === "COPY_CODE")?.["example"];
  return {
    text: textOf(offer["text"]),
    ends: offer["has_expiration"] === true,
    code: textOf(Array.isArray(example) ? example[0] : example),
  };
}
