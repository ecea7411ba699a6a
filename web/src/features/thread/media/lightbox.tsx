/** Photos and videos of a conversation, large: arrows, zoom, download; and each can be answered, also one of many that stand in a grid. */

import { ActionIcon } from "@mantine/core";
import {
  IconArrowBackUp,
  IconChevronLeft,
  IconChevronRight,
  IconDownload,
  IconMessage2,
  IconX,
  IconZoomIn,
  IconZoomOut,
} from "@tabler/icons-react";
import { type KeyboardEvent, useLayoutEffect, useRef } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import type { Message } from "@/shared/store/types";
import { RichText } from "@/shared/whatsapp/rich-text";
import { threadMessages } from "../messages";
import { canBeAnswered } from "../model/answering";
import { shapeOf } from "../model/shape";
import { useData } from "../thread-context";
import classes from "./lightbox.module.css";
import { useMediaUrl } from "./media-url";
import { useZoom } from "./use-zoom";

interface LightboxProps {
  pictures: readonly Message[];
  /** The id of the one that is shown. */
  shown: string;
  onShow: (id: string) => void;
  onClose: () => void;
  onShowInThread: (message: Message) => void;
  onReply: (message: Message) => void;
}

export function Lightbox({ pictures, shown, onShow, onClose, onShowInThread, onReply }: LightboxProps) {
  const t = useMessages(threadMessages);
  const dialog = useRef<HTMLDialogElement>(null);
  const index = pictures.findIndex((one) => one.id === shown);
  const message = pictures[index];
  // The browser keeps the focus inside, closes it with Escape, and gives the focus back, if it is closed while it still stands there.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  const go = (by: number) => {
    const next = pictures[index + by];
    if (next) onShow(next.id);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLMediaElement) return; // there they move within the video
    if (event.key === "ArrowLeft") go(-1);
    if (event.key === "ArrowRight") go(1);
  };
  return (
    <dialog
      ref={dialog}
      className={classes["lightbox"]}
      aria-label={message ? t.photoOf(index + 1, pictures.length) : t.openMedia}
      onClose={() => dialog.current?.open || onClose()}
      onKeyDown={keys}
    >
      {message && (
        <Shown
          key={message.id}
          message={message}
          place={t.photoOf(index + 1, pictures.length)}
          onClose={onClose}
          onShowInThread={() => onShowInThread(message)}
          onReply={() => onReply(message)}
        />
      )}
      {index > 0 && (
        <button
          type="button"
          className={classes["arrow"]}
          data-side="start"
          onClick={() => go(-1)}
          aria-label={t.previous}
        >
          <IconChevronLeft size={28} />
        </button>
      )}
      {index < pictures.length - 1 && (
        <button
          type="button"
          className={classes["arrow"]}
          data-side="end"
          onClick={() => go(1)}
          aria-label={t.next}
        >
          <IconChevronRight size={28} />
        </button>
      )}
    </dialog>
  );
}

interface ShownProps {
  message: Message;
  place: string;
  onClose: () => void;
  onShowInThread: () => void;
  onReply: () => void;
}

function Shown({ message, place, onClose, onShowInThread, onReply }: ShownProps) {
  const t = useMessages(threadMessages);
  const format = useFormat();
  const { contactName, nameOf, isMe, canSend, isOpen } = useData();
  const url = useMediaUrl(message.media?.url);
  const zoom = useZoom();
  const shape = shapeOf(message);
  const caption = shape.kind === "file" ? shape.caption : null;
  const isVideo = message.type === "video";
  const who =
    message.direction === "inbound" ? contactName : isMe(message.sender) ? t.you : nameOf(message.sender);
  return (
    <>
      <header className={classes["head"]}>
        <div className={classes["who"]}>
          <strong>{who}</strong>
          <time dateTime={message.created_at}>{format.full(message.created_at)}</time>
        </div>
        <span className={classes["place"]}>{place}</span>
        {!isVideo && (
          <>
            <Tool label={t.zoomOut} onClick={() => zoom.by(1 / 1.5)} disabled={zoom.scale <= 1}>
              <IconZoomOut size={20} />
            </Tool>
            <Tool label={t.zoomIn} onClick={() => zoom.by(1.5)}>
              <IconZoomIn size={20} />
            </Tool>
          </>
        )}
        {canSend && isOpen && canBeAnswered(message) && (
          <Tool label={t.reply} onClick={onReply}>
            <IconArrowBackUp size={20} />
          </Tool>
        )}
        <Tool label={t.showInThread} onClick={onShowInThread}>
          <IconMessage2 size={20} />
        </Tool>
        {url && (
          <ActionIcon
            component="a"
            href={url}
            download={message.media?.filename ?? true}
            variant="transparent"
            color="gray.0"
            size="lg"
            aria-label={t.download}
            title={t.download}
          >
            <IconDownload size={20} />
          </ActionIcon>
        )}
        <Tool label={t.close} onClick={onClose}>
          <IconX size={22} />
        </Tool>
      </header>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: who clicks beside the picture closes it, as with Escape */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: see above */}
      <div
        className={classes["stage"]}
        onClick={(event) => event.target === event.currentTarget && zoom.scale === 1 && onClose()}
        {...zoom.handlers}
      >
        {url &&
          (isVideo ? (
            // biome-ignore lint/a11y/useMediaCaption: a person's video has no captions
            <video src={url} controls autoPlay playsInline className={classes["picture"]} />
          ) : (
            <img
              src={url}
              alt={caption ?? t.type.image}
              draggable={false}
              className={classes["picture"]}
              data-zoomed={zoom.scale > 1 || undefined}
              style={zoom.style}
              onDoubleClick={zoom.toggle}
            />
          ))}
      </div>
      {caption && (
        <footer className={classes["caption"]}>
          <RichText text={caption} />
        </footer>
      )}
    </>
  );
}

function Tool(props: { label: string; onClick: () => void; disabled?: boolean; children: React.ReactNode }) {
  return (
    <ActionIcon
      variant="transparent"
      color="gray.0"
      size="lg"
      aria-label={props.label}
      title={props.label}
      onClick={props.onClick}
      disabled={props.disabled ?? false}
    >
      {props.children}
    </ActionIcon>
  );
}
