/** A photo, a video or a sticker, in a frame whose size is known before its bytes are. */

import { IconPhoto, IconPlayerPlayFilled, IconRefresh, IconVideo } from "@tabler/icons-react";
import { type CSSProperties, useState } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import type { Message, MessageMedia } from "@/shared/store/types";
import { useMediaUrl } from "../media/media-url";
import { threadMessages } from "../messages";
import { fitted } from "../model/fit";
import { useActions } from "../thread-context";
import classes from "./picture.module.css";

const STICKER = { width: 168, height: 168 };

interface PictureProps {
  message: Message;
  file: "image" | "video" | "sticker";
  alt: string | null;
  /** What was chosen here, while it is going up. */
  local?: string | null;
}

export function Picture({ message, file, alt, local }: PictureProps) {
  const t = useMessages(threadMessages);
  const { openMedia } = useActions();
  const { media } = message;
  const sticker = file === "sticker";
  const size = sticker
    ? fitted(media?.width ?? 512, media?.height ?? 512, STICKER)
    : fitted(media?.width, media?.height);
  const style: CSSProperties = { width: size.width, aspectRatio: `${size.width} / ${size.height}` };
  const name = alt ?? t.type[file];
  if (media?.state !== "stored" && !local) {
    return (
      <div className={classes["frame"]} style={style} data-waiting={media?.state === "pending" || undefined}>
        <Waiting message={message} media={media} file={file} />
      </div>
    );
  }
  if (sticker) {
    return (
      <div className={classes["sticker"]} style={style}>
        <Pixels media={media} local={local ?? null} alt={name} whole seeThrough />
      </div>
    );
  }
  return (
    <button
      type="button"
      className={classes["frame"]}
      style={style}
      onClick={() => openMedia(message.id)}
      aria-label={file === "video" ? `${t.play}: ${name}` : `${t.openMedia}: ${name}`}
    >
      <Pixels media={media} local={local ?? null} alt="" whole={file === "image"} />
      {file === "video" && <Play media={media} />}
    </button>
  );
}

/** A tile of an album. */
export function Tile({ message, more }: { message: Message; more: number }) {
  const t = useMessages(threadMessages);
  const { openMedia } = useActions();
  const { media } = message;
  const file = message.type === "video" ? "video" : "image";
  if (media?.state !== "stored") {
    return (
      <div className={classes["tile"]} data-waiting={media?.state === "pending" || undefined}>
        <Waiting message={message} media={media} file={file} />
      </div>
    );
  }
  return (
    <button
      type="button"
      className={classes["tile"]}
      onClick={() => openMedia(message.id)}
      aria-label={`${t.openMedia}: ${t.type[file]}`}
    >
      <Pixels media={media} local={null} alt="" whole={false} />
      {file === "video" && more === 0 && <Play media={media} />}
      {more > 0 && <span className={classes["more"]}>+{more}</span>}
    </button>
  );
}

/** The small picture at once, the whole one over it where it is wanted and not too large. */
function Pixels({
  media,
  local,
  alt,
  whole,
  seeThrough = false,
}: {
  media: MessageMedia | undefined;
  local: string | null;
  alt: string;
  whole: boolean;
  /** What is behind it would be seen. */
  seeThrough?: boolean;
}) {
  const small = useMediaUrl(media?.thumbnail_url);
  const large = useMediaUrl(whole || !media?.thumbnail_url ? media?.url : null);
  const [broken, setBroken] = useState(false);
  const source = local ?? large ?? small;
  const isVideo = media?.mime_type?.startsWith("video/") ?? false;
  if (source === null || broken || (isVideo && small === null && local === null)) {
    return (
      <span className={classes["nothing"]}>
        {isVideo ? <IconVideo size={30} /> : <IconPhoto size={30} />}
      </span>
    );
  }
  const behind =
    small !== null && source !== small && !seeThrough ? { backgroundImage: `url("${small}")` } : undefined;
  return (
    <img
      src={isVideo && small !== null ? small : source}
      alt={alt}
      style={behind}
      loading="lazy"
      decoding="async"
      draggable={false}
      onError={() => setBroken(true)}
    />
  );
}

function Play({ media }: { media: MessageMedia | undefined }) {
  const format = useFormat();
  return (
    <>
      <span className={classes["play"]}>
        <IconPlayerPlayFilled size={24} />
      </span>
      {media?.duration_ms !== undefined && (
        <span className={classes["duration"]}>
          <IconVideo size={13} aria-hidden="true" /> {format.duration(media.duration_ms / 1000)}
        </span>
      )}
    </>
  );
}

function Waiting({
  message,
  media,
  file,
}: {
  message: Message;
  media: MessageMedia | undefined;
  file: "image" | "video" | "sticker";
}) {
  const t = useMessages(threadMessages);
  if (media?.state === "failed") return <FetchAgain message={message} error={media.error} />;
  const Icon = file === "video" ? IconVideo : IconPhoto;
  return (
    <span className={classes["waiting"]}>
      <Icon size={28} stroke={1.5} aria-hidden="true" />
      {media?.state === "pending" ? t.mediaPending : t.type[file]}
    </span>
  );
}

/** Why a file is not here, and the way to ask for it once more. */
export function FetchAgain({ message, error }: { message: Message; error: string | undefined }) {
  const t = useMessages(threadMessages);
  const { fetchAgain } = useActions();
  const [state, setState] = useState<"idle" | "asking" | "asked">("idle");
  const reasons: Record<string, string | undefined> = t.mediaError;
  const ask = async () => {
    setState("asking");
    try {
      await fetchAgain(message);
      setState("asked");
    } catch {
      setState("idle"); // told by the thread
    }
  };
  return (
    <span className={classes["failed"]} title={error}>
      <span>
        {t.mediaFailed} {reasons[error ?? ""] ?? ""}
      </span>
      <button type="button" onClick={() => void ask()} disabled={state !== "idle"}>
        <IconRefresh size={14} aria-hidden="true" /> {state === "asked" ? t.fetchAsked : t.fetchAgain}
      </button>
    </span>
  );
}
