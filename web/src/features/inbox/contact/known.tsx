/** Every name somebody is known by: numbers they had, their username, WhatsApp's id of them. */

import { useFormat, useMessages } from "@/shared/i18n/language";
import type { Conversation } from "@/shared/store/types";
import type { ContactDetail } from "../api/contacts";
import classes from "./contact-pane.module.css";
import { contactMessages } from "./messages";

export function Known({ conversation, detail }: { conversation: Conversation; detail: ContactDetail }) {
  const t = useMessages(contactMessages);
  const format = useFormat();
  const phones = detail.aliases.filter(
    (alias) => alias.kind === "phone" && alias.value !== conversation.contact.phone,
  );
  const { bsuid, created_at } = detail.contact;
  return (
    <section className={classes["section"]}>
      <h3 className={classes["heading"]}>{t.details}</h3>
      <dl className={classes["facts"]}>
        {phones.length > 0 && (
          <div>
            <dt>{t.known}</dt>
            {phones.map((alias) => (
              <dd key={alias.value}>
                <bdi>{alias.value}</bdi>
                {alias.retired_at && (
                  <span className={classes["quiet"]}>
                    {" "}
                    {t.former} {format.date(alias.retired_at)}
                  </span>
                )}
              </dd>
            ))}
          </div>
        )}
        {bsuid && (
          <div>
            <dt>{t.userId}</dt>
            <dd>
              <bdi>{bsuid}</bdi>
            </dd>
          </div>
        )}
        <div>
          <dt>{t.since}</dt>
          <dd>{format.date(created_at)}</dd>
        </div>
      </dl>
    </section>
  );
}
