/** What was sent with something to press, as the person sees it; here nothing can be pressed but a list, to see what is in it. */

import {
  IconArrowBackUp,
  IconChevronDown,
  IconExternalLink,
  IconFile,
  IconForms,
  IconListDetails,
  IconMapPin,
  IconPhoto,
  IconShoppingBag,
  IconUserShare,
  IconVideo,
} from "@tabler/icons-react";
import { type ComponentType, type ReactNode, useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { RichText } from "@/shared/whatsapp/rich-text";
import { Pressables } from "@/shared/whatsapp/template-look";
import look from "@/shared/whatsapp/template-look.module.css";
import { useMediaUrl } from "../media/media-url";
import { threadMessages } from "../messages";
import type { Action, Header, SentInteractive } from "../model/interactive";
import classes from "./interactive.module.css";

type Icon = ComponentType<{ size?: number | string }>;
const FILE_ICONS: Record<string, Icon> = { image: IconPhoto, video: IconVideo, document: IconFile };

export function Interactive({ sent, after }: { sent: SentInteractive; after?: ReactNode }) {
  return (
    <div className={classes["interactive"]}>
      {sent.header && <HeaderOf header={sent.header} />}
      {sent.body && <RichText text={sent.body} after={sent.footer ? undefined : after} />}
      {sent.footer && (
        <div className={look["footer"]}>
          {sent.footer}
          {after}
        </div>
      )}
      {!sent.body && !sent.footer && <div className={look["footer"]}>{after}</div>}
      <ActionOf action={sent.action} />
    </div>
  );
}

export function HeaderOf({ header }: { header: Header }) {
  if (header.file) return <HeaderFile file={header.file} />;
  return <div className={look["header"]}>{header.text}</div>;
}

function HeaderFile({ file }: { file: NonNullable<Header["file"]> }) {
  const t = useMessages(threadMessages);
  const tenant = useTenant();
  const [broken, setBroken] = useState(false);
  const isOurs = file.id?.length === 36; // an upload of ours: Meta's ids are digits
  const url = useMediaUrl(isOurs ? `/api/tenants/${tenant.tenant_id}/media/${file.id}/thumbnail` : null);
  const IconOf = FILE_ICONS[file.kind] ?? IconFile;
  if (url && !broken && file.kind !== "document") {
    return (
      <img className={look["picture"]} src={url} alt={t.type[file.kind]} onError={() => setBroken(true)} />
    );
  }
  return (
    <div className={look["file"]}>
      <IconOf size={22} /> {file.filename ?? t.type[file.kind]}
    </div>
  );
}

function ActionOf({ action }: { action: Action }) {
  const t = useMessages(threadMessages);
  switch (action.kind) {
    case "buttons":
      return <Pressables items={action.buttons.map((text) => ({ text, icon: IconArrowBackUp }))} />;
    case "link":
      return (
        <Pressables items={[{ text: action.text, icon: IconExternalLink, title: action.url ?? undefined }]} />
      );
    case "flow":
      return <Pressables items={[{ text: action.text || t.openFlow, icon: IconForms }]} />;
    case "location_request":
      return <Pressables items={[{ text: t.sendLocation, icon: IconMapPin }]} />;
    case "contact_request":
      return <Pressables items={[{ text: t.shareContact, icon: IconUserShare }]} />;
    case "catalog":
      return <Pressables items={[{ text: t.viewCatalog, icon: IconShoppingBag }]} />;
    case "list":
      return <Options action={action} />;
    case "products":
      return <Products action={action} />;
    case "cards":
      return <Carousel cards={action.cards} />;
    default:
      return null;
  }
}

function Options({ action }: { action: Extract<Action, { kind: "list" }> }) {
  const t = useMessages(threadMessages);
  const [open, setOpen] = useState(false);
  return (
    <div className={classes["options"]}>
      <button
        type="button"
        className={classes["listButton"]}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <IconListDetails size={15} aria-hidden="true" /> {action.button || t.listOptions}
        <IconChevronDown size={14} className={classes["chevron"] ?? ""} aria-hidden="true" />
      </button>
      {open &&
        action.sections.map((section, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: sections never move
          <div key={index} className={classes["section"]}>
            {section.title && <div className={classes["sectionTitle"]}>{section.title}</div>}
            {section.rows.map((row, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows never move
              <div key={place} className={classes["row"]}>
                {row.title}
                {row.description && <span>{row.description}</span>}
              </div>
            ))}
          </div>
        ))}
    </div>
  );
}

function Products({ action }: { action: Extract<Action, { kind: "products" }> }) {
  const t = useMessages(threadMessages);
  const count = action.sections.reduce((sum, section) => sum + section.products.length, 0);
  return (
    <div className={classes["options"]}>
      {action.sections.map((section, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: sections never move
        <div key={index} className={classes["section"]}>
          {section.title && <div className={classes["sectionTitle"]}>{section.title}</div>}
          {section.products.map((product) => (
            <div key={product} className={classes["row"]}>
              <span className={classes["product"]}>
                <IconShoppingBag size={14} /> {product}
              </span>
            </div>
          ))}
        </div>
      ))}
      <Pressables items={[{ text: count > 1 ? t.products(count) : t.viewProduct, icon: IconShoppingBag }]} />
    </div>
  );
}

function Carousel({ cards }: { cards: Extract<Action, { kind: "cards" }>["cards"] }) {
  const t = useMessages(threadMessages);
  return (
    <ul className={classes["carousel"]} data-swipes>
      {cards.map((card, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cards are numbered
        <li key={index} className={classes["card"]} aria-label={t.card(index + 1, cards.length)}>
          {card.header && <HeaderOf header={card.header} />}
          {card.body && <RichText text={card.body} />}
          <ActionOf action={card.action} />
        </li>
      ))}
    </ul>
  );
}
