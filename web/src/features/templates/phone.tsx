/** A template as it looks on a phone: its parts, formatted as WhatsApp does, with examples where variables are. */

import {
  IconCopy,
  IconCornerUpLeft,
  IconDiscount2,
  IconExternalLink,
  IconFile,
  IconForms,
  IconKey,
  IconList,
  IconMapPin,
  IconPhone,
  IconPhoto,
  IconShoppingBag,
  IconVideo,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import { useMessages } from "@/shared/i18n/language";
import { RichText } from "@/shared/whatsapp/rich-text";
import { editorMessages } from "./editor/messages";
import { templateMessages } from "./messages";
import type { Look } from "./model/look";
import classes from "./phone.module.css";

type Sign = ComponentType<{ size?: number | string; stroke?: number | string; "aria-hidden"?: boolean }>;

const HEADERS: Record<string, { sign: Sign; word: "image" | "video" | "document" | "place" }> = {
  IMAGE: { sign: IconPhoto, word: "image" },
  GIF: { sign: IconVideo, word: "video" },
  VIDEO: { sign: IconVideo, word: "video" },
  DOCUMENT: { sign: IconFile, word: "document" },
  LOCATION: { sign: IconMapPin, word: "place" },
};
const BUTTONS: Record<string, Sign> = {
  QUICK_REPLY: IconCornerUpLeft,
  URL: IconExternalLink,
  PHONE_NUMBER: IconPhone,
  VOICE_CALL: IconPhone,
  COPY_CODE: IconCopy,
  OTP: IconCopy,
  AUTOFILL: IconKey,
  FLOW: IconForms,
  CATALOG: IconShoppingBag,
  MPM: IconShoppingBag,
  SPM: IconShoppingBag,
};
/** Buttons whose words are WhatsApp's own, in the language of the phone. */
const SHOPS = ["CATALOG", "MPM", "SPM"] as const;
/** WhatsApp shows three buttons; of more, two and a list of all. */
const SHOWN = 3;

interface PhoneProps {
  look: Look;
  /** The files as they were chosen here: of the header, and of each card. */
  pictures?: { header: string | null; cards: readonly (string | null)[] };
}

export function Phone({ look, pictures }: PhoneProps) {
  const t = useMessages(templateMessages);
  return (
    <section className={classes["phone"]} aria-label={t.look}>
      <div className={classes["bubble"]}>
        <Parts look={look} picture={pictures?.header ?? null} />
      </div>
      {look.cards.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        <ul className={classes["cards"]} tabIndex={0} aria-label={t.cards}>
          {look.cards.map((card, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a card is its place
            <li key={index} aria-label={t.card(index + 1, look.cards.length)} className={classes["bubble"]}>
              <Parts look={card} picture={pictures?.cards[index] ?? null} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Parts({ look, picture }: { look: Look; picture: string | null }) {
  return (
    <>
      <Header look={look} picture={picture} />
      {look.offer && <Offer offer={look.offer} />}
      {look.body && <RichText text={look.body} />}
      {look.footer && <p className={classes["footer"]}>{look.footer}</p>}
      {look.buttons.length > 0 && <Buttons buttons={look.buttons} />}
    </>
  );
}

function Header({ look, picture }: { look: Look; picture: string | null }) {
  const t = useMessages(templateMessages);
  if (look.header?.format === "TEXT") return <p className={classes["title"]}>{look.header.text}</p>;
  if (picture) return <img className={classes["picture"]} src={picture} alt="" />;
  const header = HEADERS[look.header?.format ?? ""];
  if (header) {
    return (
      <div className={classes["file"]}>
        <header.sign size={26} stroke={1.5} aria-hidden />
        {t[header.word]}
      </div>
    );
  }
  const sells = look.header?.format === "PRODUCT" || look.buttons.some((one) => one.type === "CATALOG");
  return sells ? <Product isOne={look.header?.format === "PRODUCT"} /> : null;
}

/** Of the catalogue: which product is said when it is sent, so it is shown as an empty shelf. */
function Product({ isOne }: { isOne: boolean }) {
  const t = useMessages(editorMessages);
  return (
    <div className={classes["product"]}>
      <div className={classes["file"]}>
        <IconShoppingBag size={26} stroke={1.5} aria-hidden />
        {t.shopPicture}
      </div>
      <p>{isOne ? t.shopName : t.shopLink}</p>
    </div>
  );
}

function Offer({ offer }: { offer: NonNullable<Look["offer"]> }) {
  const t = useMessages(editorMessages);
  return (
    <div className={classes["offer"]}>
      <span>
        <IconDiscount2 size={22} stroke={1.6} aria-hidden />
      </span>
      <p>
        <b>{offer.text || "…"}</b>
        {offer.ends && <span data-ends>{t.offerLeft}</span>}
        {offer.code && <span>{t.offerCode(offer.code)}</span>}
      </p>
    </div>
  );
}

function Buttons({ buttons }: { buttons: Look["buttons"] }) {
  const t = useMessages(templateMessages);
  const e = useMessages(editorMessages);
  const isCut = buttons.length > SHOWN;
  const wordsOf = ({ type, text }: Look["buttons"][number]) => {
    const shop = SHOPS.find((one) => one === type);
    if (shop) return e.shopButton[shop];
    return text || (type === "COPY_CODE" ? t.codeCopy : "…");
  };
  return (
    <ul className={classes["buttons"]}>
      {buttons.slice(0, isCut ? SHOWN - 1 : SHOWN).map((button, index) => {
        const Sign = BUTTONS[button.type] ?? IconCornerUpLeft;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a button is its place
          <li key={index} title={button.detail}>
            <Sign size={16} stroke={1.8} aria-hidden />
            {wordsOf(button)}
          </li>
        );
      })}
      {isCut && (
        <li
          title={buttons
            .slice(SHOWN - 1)
            .map(wordsOf)
            .join(", ")}
        >
          <IconList size={16} stroke={1.8} aria-hidden />
          {e.allOptions}
        </li>
      )}
    </ul>
  );
}
