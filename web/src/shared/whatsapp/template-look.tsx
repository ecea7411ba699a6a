/** How a template looks on the phone, whatever is filled in so far. */

import {
  IconArrowBackUp,
  IconCopy,
  IconExternalLink,
  IconFile,
  IconForms,
  IconMapPin,
  IconPhone,
  IconPhoto,
  IconShoppingBag,
  IconTemplate,
  IconVideo,
} from "@tabler/icons-react";
import type { ComponentType, ReactNode } from "react";
import { RichText } from "./rich-text";
import classes from "./template-look.module.css";
import type { Preview } from "./templates";

type Icon = ComponentType<{ size?: number | string }>;

const FORMATS: Record<string, Icon> = {
  IMAGE: IconPhoto,
  VIDEO: IconVideo,
  DOCUMENT: IconFile,
  LOCATION: IconMapPin,
};

const BUTTON_ICONS: Record<string, Icon> = {
  QUICK_REPLY: IconArrowBackUp,
  URL: IconExternalLink,
  PHONE_NUMBER: IconPhone,
  COPY_CODE: IconCopy,
  OTP: IconCopy,
  FLOW: IconForms,
  CATALOG: IconShoppingBag,
  MPM: IconShoppingBag,
  SPM: IconShoppingBag,
};

export function TemplateLook({
  preview,
  header,
  after,
}: {
  preview: Preview;
  header?: ReactNode;
  after?: ReactNode;
}) {
  const format = preview.header?.format ?? "";
  const IconOf = FORMATS[format];
  return (
    <>
      {preview.header?.text && <div className={classes["header"]}>{preview.header.text}</div>}
      {IconOf &&
        (header ?? (
          <div className={classes["file"]}>
            <IconOf size={24} />
          </div>
        ))}
      {preview.offer && <div className={classes["header"]}>{preview.offer}</div>}
      <RichText text={preview.body} after={preview.footer ? undefined : after} />
      {preview.footer && (
        <div className={classes["footer"]}>
          {preview.footer}
          {after}
        </div>
      )}
      {preview.buttons.length > 0 && (
        <Pressables
          items={preview.buttons.map((button) => ({
            text: button.text,
            icon: BUTTON_ICONS[button.type] ?? IconTemplate,
            title: button.url ?? button.phone ?? undefined,
          }))}
        />
      )}
      {preview.cards.length > 0 && (
        <ul className={classes["carousel"]} data-swipes>
          {preview.cards.map((card, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a card is its place
            <li key={index} className={classes["card"]} aria-label={`${index + 1} / ${preview.cards.length}`}>
              <TemplateLook preview={card} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

interface Pressable {
  text: string;
  icon: Icon;
  title?: string | undefined;
}

/** Buttons under a message: to be seen, not to be pressed. */
export function Pressables({ items }: { items: Pressable[] }) {
  return (
    <ul className={classes["buttons"]}>
      {items.map(({ text, icon: IconOf, title }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: buttons never move
        <li key={index} title={title}>
          <IconOf size={15} /> <span>{text}</span>
        </li>
      ))}
    </ul>
  );
}
