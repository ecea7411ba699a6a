/** Files that were chosen and not sent yet: what they are, as what they go, what speaks against it. */

import { notifications } from "@mantine/notifications";
import { useCallback, useEffect, useRef, useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { newId } from "@/shared/store/ids";
import {
  MOST_FILES,
  naturalKind,
  type Objection,
  objectionTo,
  plainType,
  type SendKind,
} from "../model/limits";
import { composerMessages } from "./messages";

export interface Attachment {
  id: string;
  file: File;
  type: string;
  kind: SendKind;
  /** The kinds it may go as. */
  kinds: SendKind[];
  caption: string;
  /** A picture of it, as a URL of this page. */
  picture: string | null;
  width?: number;
  height?: number;
  duration_ms?: number;
  objection: Objection | null;
}

export interface Attachments {
  list: readonly Attachment[];
  add: (files: Iterable<File>) => void;
  change: (id: string, change: Partial<Pick<Attachment, "kind" | "caption">>) => void;
  remove: (id: string) => void;
  /** Empties the list, for they are being sent. */
  take: () => readonly Attachment[];
}

export function useAttachments(): Attachments {
  const t = useMessages(composerMessages);
  const [list, setList] = useState<readonly Attachment[]>([]);
  const latest = useRef(list);
  latest.current = list;

  const add = useCallback(
    (files: Iterable<File>) => {
      const room = MOST_FILES - latest.current.length;
      const all = [...files];
      if (all.length > room) notifications.show({ color: "red", message: t.tooManyFiles(MOST_FILES) });
      const added = all.slice(0, room).map(attachmentOf);
      setList((now) => [...now, ...added]);
      for (const one of added) {
        void measured(one).then((size) =>
          setList((now) => now.map((other) => (other.id === one.id ? { ...other, ...size } : other))),
        );
      }
    },
    [t],
  );
  const change = useCallback((id: string, changed: Partial<Pick<Attachment, "kind" | "caption">>) => {
    setList((now) => now.map((one) => (one.id === id ? checked({ ...one, ...changed }) : one)));
  }, []);
  const remove = useCallback((id: string) => {
    const gone = latest.current.find((one) => one.id === id);
    if (gone?.picture) URL.revokeObjectURL(gone.picture);
    setList((now) => now.filter((one) => one.id !== id));
  }, []);
  const take = useCallback(() => {
    const all = latest.current;
    release(all);
    setList([]);
    return all;
  }, []);
  useEffect(() => () => release(latest.current), []);
  return { list, add, change, remove, take };
}

function release(all: readonly Attachment[]): void {
  for (const { picture } of all) if (picture) URL.revokeObjectURL(picture);
}

function attachmentOf(file: File): Attachment {
  const type = plainType(file.type, file.name);
  const kind = naturalKind(type, file.size);
  const kinds: SendKind[] = kind === "document" ? ["document"] : [kind, "document"];
  if (type === "image/webp") kinds.push("sticker");
  const picture = /^(image|video)\//.test(type) ? URL.createObjectURL(file) : null;
  return checked({ id: newId(), file, type, kind, kinds, caption: "", picture, objection: null });
}

function checked(one: Attachment): Attachment {
  return { ...one, objection: objectionTo(one.kind, one.type, one.file.size) };
}

/** Sizes and lengths, so that the bubble has its shape before the server knows them. */
function measured({
  type,
  picture,
}: Attachment): Promise<Pick<Attachment, "width" | "height" | "duration_ms">> {
  return new Promise((resolve) => {
    if (picture === null) return resolve({});
    if (type.startsWith("image/")) {
      const image = new Image();
      image.onload = () => resolve({ width: image.naturalWidth, height: image.naturalHeight });
      image.onerror = () => resolve({});
      image.src = picture;
      return;
    }
    const video = document.createElement("video");
    video.preload = "metadata";
    video.onloadedmetadata = () => {
      const size = { width: video.videoWidth, height: video.videoHeight };
      resolve(
        Number.isFinite(video.duration) ? { ...size, duration_ms: Math.round(video.duration * 1000) } : size,
      );
    };
    video.onerror = () => resolve({});
    video.src = picture;
  });
}
