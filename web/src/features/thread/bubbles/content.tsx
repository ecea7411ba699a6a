/** What is inside a bubble, by the shape of the message. `after` is the room that the time needs behind the last word. */

import { IconBan, IconForms, IconHandClick, IconQuestionMark } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useMessages } from "@/shared/i18n/language";
import { own } from "@/shared/lib/own";
import type { Message } from "@/shared/store/types";
import { RichText } from "@/shared/whatsapp/rich-text";
import { useMediaUrl } from "../media/media-url";
import { threadMessages } from "../messages";
import type { Shape } from "../model/shape";
import { useActions } from "../thread-context";
import { Cards } from "./cards";
import classes from "./content.module.css";
import { DocumentFile } from "./document";
import { Interactive } from "./interactive";
import { Order } from "./order";
import { FetchAgain, Picture } from "./picture";
import { PlaceCard } from "./place";
import { TemplateSent } from "./template";
import { Voice } from "./voice";

interface ContentProps {
  message: Message;
  shape: Shape;
  after: ReactNode;
  /** What was chosen here, while it is going up. */
  local?: string | null;
}

export function Content({ message, shape, after, local = null }: ContentProps) {
  const t = useMessages(threadMessages);
  switch (shape.kind) {
    case "text":
      return <RichText text={shape.body} after={after} large={!message.reply_to} />;
    case "file":
      return <FileContent message={message} shape={shape} after={after} local={local} />;
    case "location":
      return <PlaceCard place={shape.place} />;
    case "contacts":
      return <Cards cards={shape.cards} />;
    case "reply":
      return (
        <div className={classes["reply"]}>
          <IconHandClick size={16} aria-label={t.chose} />
          <div>
            <RichText text={shape.title} after={shape.description ? undefined : after} />
            {shape.description && (
              <span className={classes["small"]}>
                {shape.description}
                {after}
              </span>
            )}
          </div>
        </div>
      );
    case "flow_reply":
      return <FlowReply shape={shape} />;
    case "order":
      return <Order lines={shape.lines} text={shape.text} />;
    case "interactive":
      return <Interactive sent={shape.sent} after={after} />;
    case "template":
      return (
        <TemplateSent
          name={shape.name}
          language={shape.language}
          components={shape.components}
          after={after}
        />
      );
    case "reaction":
      return <RichText text={shape.emoji || "—"} after={after} large />;
    case "revoked":
      return <Revoked message={message} after={after} />;
    case "unsupported":
      return <Unsupported shape={shape} after={after} />;
    case "other":
      return (
        <>
          {shape.text && <RichText text={shape.text} />}
          <p className={classes["aside"]}>
            <IconQuestionMark size={15} aria-hidden="true" /> {t.otherText(shape.type)}
            {after}
          </p>
        </>
      );
    default:
      return null; // drawn in the middle of the thread, see system-line.tsx
  }
}

function FileContent({
  message,
  shape,
  after,
  local,
}: ContentProps & { shape: Extract<Shape, { kind: "file" }> }) {
  const caption = shape.caption && (
    <div className={classes["caption"]}>
      <RichText text={shape.caption} after={after} />
    </div>
  );
  if (shape.file === "audio") return <Sound message={message} shape={shape} />;
  if (shape.file === "document" || (shape.link !== null && message.media === undefined)) {
    return (
      <>
        <DocumentFile message={message} filename={shape.filename} mime={shape.mime} link={shape.link} />
        {caption}
      </>
    );
  }
  return (
    <>
      <Picture message={message} file={shape.file} alt={shape.caption} local={local ?? null} />
      {caption}
    </>
  );
}

function Sound({ message, shape }: { message: Message; shape: Extract<Shape, { kind: "file" }> }) {
  const { media } = message;
  const url = useMediaUrl(media?.state === "stored" ? media.url : null);
  if (media?.state === "failed") {
    return (
      <div className={classes["failed"]}>
        <FetchAgain message={message} error={media.error} />
      </div>
    );
  }
  return (
    <Voice
      of={message.id}
      url={url}
      type={shape.mime}
      voice={shape.voice}
      name={shape.filename}
      durationMs={media?.duration_ms}
      peaks={media?.peaks}
      played={message.played_at !== undefined}
    />
  );
}

function FlowReply({ shape }: { shape: Extract<Shape, { kind: "flow_reply" }> }) {
  const t = useMessages(threadMessages);
  const name = shape.name === null ? undefined : own<string>(t.flowNamed, shape.name);
  return (
    <div className={classes["flow"]}>
      <div className={classes["flowHead"]}>
        <IconForms size={16} aria-hidden="true" />
        <strong>{name ?? (shape.name && shape.name !== "flow" ? shape.name : t.flowAnswered)}</strong>
      </div>
      {shape.body && shape.body !== "Sent" && <RichText text={shape.body} />}
      <dl className={classes["answers"]}>
        {shape.answers.map(([name, value]) => (
          <div key={name}>
            <dt>{name.replace(/[_-]+/g, " ")}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {shape.raw && <pre className={classes["raw"]}>{shape.raw}</pre>}
    </div>
  );
}

function Revoked({ message, after }: { message: Message; after: ReactNode }) {
  const t = useMessages(threadMessages);
  const { showRevisions } = useActions();
  return (
    <p className={classes["aside"]}>
      <IconBan size={15} aria-hidden="true" /> {t.revoked}{" "}
      <button type="button" className={classes["link"]} onClick={() => showRevisions(message)}>
        {t.revokedShow}
      </button>
      {after}
    </p>
  );
}

function Unsupported({ shape, after }: { shape: Extract<Shape, { kind: "unsupported" }>; after: ReactNode }) {
  const t = useMessages(threadMessages);
  const { code } = shape;
  const known =
    shape.what === null
      ? undefined
      : (own<string>(t.unsupportedWhat, shape.what) ?? own<string>(t.type, shape.what));
  const what = known ?? shape.what?.replace(/_/g, " ");
  const words = code === null ? undefined : own<string>(t.unsupportedCode, String(code));
  return (
    <div className={classes["unsupported"]}>
      <p className={classes["aside"]}>
        <IconQuestionMark size={15} aria-hidden="true" />
        {what && <strong>{what}. </strong>}
        {words ?? t.unsupportedText}
      </p>
      <span className={classes["small"]}>
        {[words === undefined ? shape.reason : null, code].filter((one) => one !== null).join(" · ")}
        {after}
      </span>
    </div>
  );
}
