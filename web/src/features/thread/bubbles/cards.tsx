/** Contact cards: who, how and where to reach them, and the card as a file to keep. */

import {
  IconBrandWhatsapp,
  IconLink,
  IconMail,
  IconMapPin,
  IconPhone,
  IconUserDown,
} from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import { Avatar } from "@/shared/ui/avatar";
import { hrefOf } from "@/shared/whatsapp/links";
import { threadMessages } from "../messages";
import { addressLine, type Card, workOf } from "../model/shape";
import { vcardName, vcardOf } from "../model/vcard";
import classes from "./cards.module.css";

export function Cards({ cards }: { cards: Card[] }) {
  return (
    <div className={classes["cards"]}>
      {cards.map((card, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cards have no other name, and never move
        <ContactCard key={index} card={card} />
      ))}
    </div>
  );
}

function ContactCard({ card }: { card: Card }) {
  const t = useMessages(threadMessages);
  const name = card.name ?? card.phones[0]?.phone ?? t.unknownPerson;
  const work = workOf(card);
  const addresses = card.addresses.map(addressLine).filter((line) => line !== "");
  return (
    <div className={classes["card"]}>
      <div className={classes["head"]}>
        <Avatar name={name} size={40} />
        <div className={classes["who"]}>
          <strong>{name}</strong>
          {card.asked && <span>{t.askedContact}</span>}
          {work && <span>{work}</span>}
        </div>
      </div>
      {card.phones.map(({ phone, wa_id }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div className={classes["line"]} key={index}>
          {wa_id ? (
            <IconBrandWhatsapp size={15} aria-label={t.onWhatsApp} />
          ) : (
            <IconPhone size={15} aria-hidden="true" />
          )}
          {phone ?? `+${wa_id}`}
        </div>
      ))}
      {card.emails.map((email, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div className={classes["line"]} key={index}>
          <IconMail size={15} aria-hidden="true" /> {email}
        </div>
      ))}
      {card.urls.map((url, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <CardLink key={index} url={url} />
      ))}
      {addresses.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div className={classes["line"]} key={index}>
          <IconMapPin size={15} aria-hidden="true" /> {line}
        </div>
      ))}
      <button type="button" className={classes["save"]} onClick={() => save(card)}>
        <IconUserDown size={15} aria-hidden="true" /> {t.saveContact}
      </button>
    </div>
  );
}

function CardLink({ url }: { url: string }) {
  const href = hrefOf(url);
  return (
    <div className={classes["line"]}>
      <IconLink size={15} aria-hidden="true" />
      {href === null ? (
        url
      ) : (
        <a href={href} target="_blank" rel="noopener noreferrer nofollow">
          {url}
        </a>
      )}
    </div>
  );
}

function save(card: Card): void {
  const url = URL.createObjectURL(new Blob([vcardOf(card)], { type: "text/vcard" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = vcardName(card);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
