/** A template of Meta's as a draft to edit. Pure. */

import { componentsOf, type Part } from "./components";
import {
  type AppDraft,
  type BodyDraft,
  type ButtonDraft,
  type ButtonType,
  type CardDraft,
  type CardFormat,
  type Category,
  type Draft,
  EMPTY,
  type HeaderKind,
  type Kind,
  NO_SAMPLE,
  type OtpType,
  type Shop,
} from "./draft";
import { examplesOf, partsIn, recordOf, textOf, typeOf } from "./parts";

interface Written {
  waba_id: string;
  name: string;
  language: string;
  category: string | null;
  components: unknown;
}

const SHOPS: readonly string[] = ["CATALOG", "MPM", "SPM"] satisfies Shop[];
const OTPS: readonly string[] = ["COPY_CODE", "ONE_TAP", "ZERO_TAP"] satisfies OtpType[];
const WORD = { HEADER: "format", FLOW: "flow_action" } as const;

/** What of a template the editor would lose: such a template is read here, and changed through the API. */
export function beyond(template: Written): string[] {
  const kept = new Set(wordsIn(componentsOf(draftOf(template)).components));
  return [...new Set(wordsIn(partsIn(template.components)))].filter((word) => !kept.has(word));
}

/** Each part and each button by its type, and what makes it another thing: "HEADER GIF", "FLOW DATA_EXCHANGE". */
function wordsIn(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => [
    [isOtp(part) ? "OTP" : typeOf(part), typeOf(part, WORD[typeOf(part) as keyof typeof WORD] ?? "")]
      .filter((word) => word !== "" && word !== "NAVIGATE" && word !== "TEXT")
      .join(" "),
    ...wordsIn(partsIn(part["buttons"])),
    ...partsIn(part["cards"]).flatMap((card) => wordsIn(partsIn(card["components"]))),
  ]);
}

/** The draft that a template was written as; a sample file of Meta's is not ours to hand in again, so it is missing. */
export function draftOf(template: Written): Draft {
  const parts = partsIn(template.components);
  const of = (type: string) => parts.find((part) => typeOf(part) === type);
  const buttons = partsIn(of("BUTTONS")?.["buttons"]);
  const kind = kindOf(parts, buttons);
  const cards = partsIn(of("CAROUSEL")?.["cards"]).map((card) => partsIn(card["components"]));
  const offer = recordOf(of("LIMITED_TIME_OFFER")?.["limited_time_offer"]);
  return {
    ...EMPTY,
    wabaId: template.waba_id,
    name: template.name,
    language: template.language,
    category: (template.category ?? "UTILITY") as Category,
    kind,
    header: headerOf(of("HEADER")),
    ...bodyOf(of("BODY")),
    footer: kind === "CODE" ? "" : textOf(of("FOOTER")?.["text"]),
    buttons: ["MESSAGE", "OFFER"].includes(kind) ? buttons.map(buttonIn) : [],
    offer: { text: textOf(offer["text"]), ends: offer["has_expiration"] !== false },
    cardFormat: (typeOf(
      cards[0]?.find((part) => typeOf(part) === "HEADER"),
      "format",
    ) || "IMAGE") as CardFormat,
    cards: cards.map(cardOf),
    shop: (buttons.map((one) => typeOf(one)).find((type) => SHOPS.includes(type)) ?? "CATALOG") as Shop,
    code: kind === "CODE" ? codeOf(of("BODY"), of("FOOTER"), buttons[0]) : EMPTY.code,
  };
}

function kindOf(parts: readonly Part[], buttons: readonly Part[]): Kind {
  const types = parts.map((part) => typeOf(part));
  if (buttons.some(isOtp)) return "CODE";
  if (types.includes("CAROUSEL")) return "CAROUSEL";
  if (types.includes("LIMITED_TIME_OFFER")) return "OFFER";
  return buttons.some((one) => SHOPS.includes(typeOf(one))) ? "CATALOG" : "MESSAGE";
}

/** Meta lists the button of an authentication template as a link that says what it is. */
function isOtp(button: Part): boolean {
  return typeOf(button) === "OTP" || textOf(button["url"]).includes("otp_type=");
}

function headerOf(header: Part | undefined): Draft["header"] {
  if (!header) return EMPTY.header;
  return {
    kind: (typeOf(header, "format") || "TEXT") as HeaderKind,
    text: textOf(header["text"]),
    example: Object.values(examplesOf(header, "header_text"))[0] ?? "",
    sample: NO_SAMPLE,
  };
}

function bodyOf(body: Part | undefined): BodyDraft {
  return { body: textOf(body?.["text"]), examples: examplesOf(body, "body_text") };
}

function cardOf(parts: readonly Part[], index: number): CardDraft {
  const of = (type: string) => parts.find((part) => typeOf(part) === type);
  const isProduct = typeOf(of("HEADER"), "format") === "PRODUCT";
  const buttons = isProduct ? [] : partsIn(of("BUTTONS")?.["buttons"]);
  return { key: index + 1, sample: NO_SAMPLE, ...bodyOf(of("BODY")), buttons: buttons.map(buttonIn) };
}

function buttonIn(button: Part, index: number): ButtonDraft {
  const example = button["example"];
  return {
    key: index + 1,
    type: typeOf(button) as ButtonType,
    text: textOf(button["text"]),
    url: textOf(button["url"]),
    phone: textOf(button["phone_number"]),
    example: textOf(Array.isArray(example) ? example[0] : example),
    flow: textOf(button["flow_id"]) || String(button["flow_id"] ?? ""),
    screen: textOf(button["navigate_screen"]),
  };
}

function codeOf(body?: Part, footer?: Part, button: Part = {}): Draft["code"] {
  const address = textOf(button["url"]);
  const link = URL.canParse(address) ? new URL(address).searchParams : undefined;
  const told = (member: string, query: string) => textOf(button[member]) || (link?.get(query) ?? "");
  const otp = told("otp_type", "otp_type").toUpperCase();
  const minutes = footer?.["code_expiration_minutes"] ?? /\d+/.exec(textOf(footer?.["text"]))?.[0] ?? "";
  return {
    recommendation: body?.["add_security_recommendation"] === true,
    minutes: String(minutes),
    button: textOf(button["text"]),
    otp: (OTPS.includes(otp) ? otp : "COPY_CODE") as OtpType,
    autofill: told("autofill_text", "cta_display_name"),
    apps: appsOf(button, link),
    terms: otp === "ZERO_TAP",
  };
}

function appsOf(button: Part, link: URLSearchParams | undefined): readonly AppDraft[] {
  const written = partsIn(button["supported_apps"]).map((app) => [
    app["package_name"],
    app["signature_hash"],
  ]);
  const hashes = link?.getAll("signature_hash") ?? [];
  // A hash may have a plus, which a query reads as a space.
  const linked = (link?.getAll("package_name") ?? []).map((name, n) => [
    name,
    hashes[n]?.replaceAll(" ", "+"),
  ]);
  const apps = (written.length > 0 ? written : linked).map(([name, hash], n) => ({
    key: n + 1,
    name: textOf(name),
    hash: textOf(hash),
  }));
  return apps.length > 0 ? apps : EMPTY.code.apps;
}
