/** All that is known of one message: when it came how far, who sent it, what it cost by, what went wrong. */

import { useFormat, useLanguage, useMessages } from "@/shared/i18n/language";
import type { Message } from "@/shared/store/types";
import { Dialog } from "@/shared/ui/dialog";
import { uiMessages } from "@/shared/ui/messages";
import { textIn } from "@/shared/whatsapp/reading";
import { TickMark } from "../bubbles/tick";
import { threadMessages } from "../messages";
import { summaryOf } from "../model/summary";
import { factsOf, tickOf } from "../model/ticks";
import { useData } from "../thread-context";
import classes from "./message-info.module.css";

export function MessageInfo({ message, onClose }: { message: Message; onClose: () => void }) {
  const t = useMessages(threadMessages);
  const ui = useMessages(uiMessages);
  const format = useFormat();
  const { language } = useLanguage();
  const { contactName, nameOf, isMe } = useData();
  const { type, words } = summaryOf(message);
  const tick = tickOf(message);
  // Steps that follow each other within a second are told apart.
  const exact = new Intl.DateTimeFormat(format.locale, { dateStyle: "medium", timeStyle: "medium" });
  const sender =
    message.direction === "inbound" ? contactName : isMe(message.sender) ? t.you : nameOf(message.sender);
  const category = textIn(message.pricing?.["category"]);
  const free =
    textIn(message.pricing?.["type"])?.startsWith("free_") || message.pricing?.["billable"] === false;
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t.infoTitle}
      size="sm"
      closeButtonProps={{ "aria-label": ui.close }}
    >
      <p className={classes["words"]}>
        {words ?? t.type[type]} {tick && <TickMark tick={tick} />}
      </p>
      <dl className={classes["facts"]}>
        {factsOf(message).map(({ fact, at }) => (
          <div key={fact} data-fact={fact}>
            <dt>{t.fact[fact]}</dt>
            <dd>
              <time dateTime={at} title={format.full(at)}>
                {exact.format(new Date(at))}
              </time>
            </dd>
          </div>
        ))}
        <Fact name={t.infoSender} value={sender} />
        <Fact name={t.infoType} value={t.type[type]} />
        {category !== null && (
          <Fact
            name={t.infoPrice}
            value={`${categoryWord(category, t.categories)}${free ? ` · ${t.infoFree}` : ""}`}
          />
        )}
        {message.error && (
          <Fact
            name={t.infoError}
            value={[
              message.error.words[language],
              message.error.code && t.infoCode(message.error.code),
              message.error.detail,
            ]
              .filter(Boolean)
              .join(" · ")}
          />
        )}
        {message.provider_message_id && <Fact name={t.infoId} value={message.provider_message_id} code />}
      </dl>
    </Dialog>
  );
}

function Fact({ name, value, code = false }: { name: string; value: string; code?: boolean }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{code ? <code>{value}</code> : value}</dd>
    </div>
  );
}

/** A category of Meta's in the reader's words; one that nobody knows yet as Meta calls it. */
function categoryWord(category: string, words: Record<string, string>): string {
  return words[category.replaceAll("-", "_")] ?? category;
}
