/** One message: the bubble, what stands over and under it, its time and mark, and what can be done with it. */

import { IconArrowForwardUp, IconHistory, IconRobot } from "@tabler/icons-react";
import { memo, useRef, useState } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { avatarColors } from "@/shared/lib/color";
import type { Message } from "@/shared/store/types";
import { Unseen } from "@/shared/ui/unseen";
import { threadMessages } from "../messages";
import { canBeAnswered } from "../model/answering";
import { type Mark, memberOf } from "../model/lines";
import { reactionsNow } from "../model/reactions";
import { type Shape, shapeOf } from "../model/shape";
import { summaryOf } from "../model/summary";
import { tickOf } from "../model/ticks";
import { useActions, useData } from "../thread-context";
import { AdCard } from "./ad-card";
import classes from "./bubble.module.css";
import { Content } from "./content";
import { Quote } from "./quote";
import { Reactions } from "./reactions";
import { type Opened, RowTools } from "./row-tools";
import { TickMark } from "./tick";
import { TroubleLine } from "./trouble";
import { useTouch } from "./use-touch";

interface BubbleProps {
  message: Message;
  /** The first and the last of a run of the same writer. */
  first: boolean;
  last: boolean;
  marked?: Mark | undefined;
}

type Place = "inline" | "below" | "over" | "tucked" | "float";

export const Bubble = memo(function Bubble({ message, first, last, marked }: BubbleProps) {
  const shape = shapeOf(message);
  const place = placeOfMeta(shape, message);
  return (
    <Row message={message} first={first} last={last} marked={marked}>
      <div className={classes["bubble"]} data-look={lookOf(shape)}>
        <Above message={message} first={first} />
        <Content message={message} shape={shape} after={<After message={message} place={place} />} />
        {place !== "float" && <Meta message={message} place={place} />}
      </div>
    </Row>
  );
});

function lookOf(shape: Shape): "plain" | "tight" | "bare" {
  if (shape.kind === "file" && shape.file === "sticker") return "bare";
  const isPicture = shape.kind === "file" && (shape.file === "image" || shape.file === "video");
  return isPicture || shape.kind === "location" ? "tight" : "plain";
}

/** Where the time stands: behind the last word, over a picture, beside a sound's length, or in a line of its own. */
function placeOfMeta(shape: Shape, message: Message): Place {
  switch (shape.kind) {
    case "interactive":
    case "template":
      return "float"; // buttons follow the words
    case "file":
      if (shape.file === "audio") return message.media?.state === "failed" ? "below" : "tucked";
      if (shape.file === "sticker") return "below";
      if (shape.caption !== null) return "inline";
      return shape.file === "document" ? "below" : message.media?.state === "stored" ? "over" : "inline";
    case "location":
    case "contacts":
    case "order":
    case "flow_reply":
      return "below";
    default:
      return "inline";
  }
}

function After({ message, place }: { message: Message; place: Place }) {
  if (place === "float") return <Meta message={message} place="float" />;
  return place === "inline" ? <MetaRoom message={message} /> : null;
}

interface RowProps extends BubbleProps {
  /** What it is, where it is more than the one message. */
  what?: string;
  children: React.ReactNode;
}

/** What a row is called to who goes through them by keys: who says what, when, and how far it has come. */
function useName(message: Message, what: string | undefined): string {
  const t = useMessages(threadMessages);
  const format = useFormat();
  const { contactName, memberName, nameOf, isMe } = useData();
  const member = memberOf(message);
  const author = isMe(message.sender) ? t.you : nameOf(message.sender);
  const who = message.direction === "outbound" ? author : member === null ? contactName : memberName(member);
  const { type, words } = summaryOf(message);
  const kind = t.type[type];
  const said = what ?? (words === null ? kind : type === "text" ? words : `${kind}: ${words}`);
  const tick = tickOf(message);
  return [t.announce(who, said), format.time(message.created_at), tick && t.tick[tick]]
    .filter(Boolean)
    .join(", ");
}

/** What is open of a row. It takes the focus, and gives it back to where it was. */
function useOpened(): [Opened, (open: Opened) => void] {
  const [open, setOpen] = useState<Opened>(null);
  const before = useRef<Element | null>(null);
  const change = (to: Opened) => {
    if (open === null) before.current = document.activeElement;
    else if (to === null && before.current instanceof HTMLElement)
      before.current.focus({ preventScroll: true });
    setOpen(to);
  };
  return [open, change];
}

/** The place of a bubble in the thread: its side, its gaps, its tools and reactions, what went wrong with it. */
export function Row({ message, first, last, marked, what, children }: RowProps) {
  const [open, setOpen] = useOpened();
  const { quote } = useActions();
  const { canSend, isOpen, ownReaction } = useData();
  const name = useName(message, what);
  const reactions = reactionsNow(message.reactions, ownReaction(message));
  const canAnswer = canSend && isOpen && canBeAnswered(message);
  const touch = useTouch({
    onSwipe: canAnswer ? () => quote(message) : null,
    onLongPress: () => setOpen("menu"),
  });
  return (
    <article
      className={classes["row"]}
      aria-label={name}
      data-message={message.id}
      data-direction={message.direction}
      data-first={first || undefined}
      data-last={last || undefined}
      data-marked={marked}
      tabIndex={-1}
      {...touch.handlers}
    >
      <div ref={touch.moved} className={classes["line"]}>
        {children}
        <RowTools message={message} open={open} onOpen={setOpen} />
      </div>
      {reactions.length > 0 && <Reactions message={message} reactions={reactions} />}
      <TroubleLine message={message} />
    </article>
  );
}

/** What stands above the words: who, where from, what it answers. */
function Above({ message, first }: { message: Message; first: boolean }) {
  const t = useMessages(threadMessages);
  const { contactName, memberName, nameOf, isMe } = useData();
  const member = memberOf(message);
  const isOwn = message.direction === "outbound" && isMe(message.sender);
  const forwarded =
    message.context?.["forwarded"] === true || message.context?.["frequently_forwarded"] === true;
  const product = message.context?.["product_retailer_id"];
  return (
    <>
      {/* By its side, to who sees it. */}
      {isOwn && <Unseen>{t.announce(t.you, "")}</Unseen>}
      {message.direction === "inbound" && member === null && <Unseen>{t.announce(contactName, "")}</Unseen>}
      {member !== null && first && (
        <div className={classes["member"]} style={{ color: avatarColors(member).color }}>
          {memberName(member)}
        </div>
      )}
      {message.direction === "outbound" && first && !isMe(message.sender) && (
        <div className={classes["sender"]}>{nameOf(message.sender)}</div>
      )}
      {forwarded && (
        <div className={classes["label"]}>
          <IconArrowForwardUp size={13} aria-hidden="true" />
          {message.context?.["frequently_forwarded"] === true ? t.forwardedOften : t.forwarded}
        </div>
      )}
      {message.referral && <AdCard referral={message.referral} />}
      {message.reply_to !== undefined && message.revoked_at === undefined && <Quote message={message} />}
      {typeof product === "string" && <div className={classes["label"]}>{t.aboutProduct(product)}</div>}
    </>
  );
}

/** The time and the mark, at the lower right. */
export function Meta({ message, place }: { message: Message; place: Place }) {
  const t = useMessages(threadMessages);
  const format = useFormat();
  const { showRevisions, showInfo } = useActions();
  const tick = tickOf(message);
  return (
    <span className={classes["meta"]} data-place={place}>
      {message.standby && (
        <span title={t.standby} role="img" aria-label={t.standby}>
          <IconRobot size={12} />
        </span>
      )}
      {message.edited_at !== undefined && message.revoked_at === undefined && (
        <button
          type="button"
          className={classes["edited"]}
          onClick={() => showRevisions(message)}
          title={t.revisions}
          tabIndex={-1}
        >
          <IconHistory size={11} aria-hidden="true" /> {t.edited}
        </button>
      )}
      <time dateTime={message.created_at} title={format.full(message.created_at)}>
        {format.time(message.created_at)}
      </time>
      {tick !== null && (
        <button
          type="button"
          className={classes["tickButton"]}
          onClick={() => showInfo(message)}
          tabIndex={-1}
        >
          <TickMark tick={tick} />
        </button>
      )}
    </span>
  );
}

/** As much room as the time and the mark take, so that they never stand on the last word. */
export function MetaRoom({ message }: { message: Message }) {
  const t = useMessages(threadMessages);
  const format = useFormat();
  return (
    <span className={classes["room"]} aria-hidden="true">
      {message.standby && "__"}
      {message.edited_at !== undefined && message.revoked_at === undefined && `__${t.edited}_`}
      {format.time(message.created_at)}
      {tickOf(message) !== null && "____"}
    </span>
  );
}
