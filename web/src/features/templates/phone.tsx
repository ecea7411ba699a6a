/** A template as it looks on a phone: its parts, formatted as WhatsApp does, with examples where variables are. */

import {
  IconCopy,
  IconCornerUpLeft,
  IconExternalLink,
  IconFile,
  IconForms,
  IconMapPin,
  IconPhone,
  IconPhoto,
  IconShoppingBag,
  IconVideo,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import { useMessages } from "@/shared/i18n/language";
import { RichText } from "@/shared/whatsapp/rich-text";
import { templateMessages } from "./messages";
import type { Look } from "./model/reading";
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
  FLOW: IconForms,
  CATALOG: IconShoppingBag,
  MPM: IconShoppingBag,
  SPM: IconShoppingBag,
};

interface PhoneProps {
  look: Look;
  /** The file of the header as it was chosen here. */
  picture?: string | null;
}

export function Phone({ look, picture = null }: PhoneProps) {
  const t = useMessages(templateMessages);
  return (
    <section className={classes["phone"]} aria-label={t.look}>
      <div className={classes["bubble"]}>
        <Parts look={look} picture={picture} />
      </div>
      {look.cards.length > 0 && (
        <ul className={classes["cards"]}>
          {look.cards.map((card, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a card is its place
            <li key={index} aria-label={t.card(index + 1, look.cards.length)} className={classes["bubble"]}>
              <Parts look={card} picture={null} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Parts({ look, picture }: { look: Look; picture: string | null }) {
  const t = useMessages(templateMessages);
  const header = HEADERS[look.header?.format ?? ""];
  const Header = header?.sign;
  return (
    <>
      {look.header?.format === "TEXT" && <p className={classes["title"]}>{look.header.text}</p>}
      {header &&
        Header &&
        (picture ? (
          <img className={classes["picture"]} src={picture} alt="" />
        ) : (
          <div className={classes["file"]}>
            <Header size={26} stroke={1.5} aria-hidden />
            {t[header.word]}
          </div>
        ))}
      {look.offer && <p className={classes["offer"]}>{look.offer}</p>}
      {look.body && <RichText text={look.body} />}
      {look.footer && <p className={classes["footer"]}>{look.footer}</p>}
      {look.buttons.length > 0 && (
        <ul className={classes["buttons"]}>
          {look.buttons.map((button, index) => {
            const Sign = BUTTONS[button.type] ?? IconCornerUpLeft;
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a button is its place
              <li key={index} title={button.detail}>
                <Sign size={16} stroke={1.8} aria-hidden />
                {button.text || (button.type === "COPY_CODE" ? t.codeCopy : "…")}
              </li>
            );
          })}
        </ul>
      )}
    </>
  );
}
