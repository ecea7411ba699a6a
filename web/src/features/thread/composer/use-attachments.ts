/** Files that were chosen for a conversation and not sent yet: what they are, as what they go, what speaks against it. */

import { notifications } from "@mantine/notifications";
import { useMemo } from "react";
import { useMessages } from "@/shared/i18n/language";
import type { HeldFile } from "@/shared/store/held";
import { useHeld, useStore } from "@/shared/store/hooks";
import { newId } from "@/shared/store/ids";
import type { InboxStore } from "@/shared/store/store";
import {
  MOST_FILES,
  naturalKind,
  type Objection,
  objectionTo,
  plainType,
  type SendKind,
} from "../model/limits";
import { peaksOfLevels } from "../model/peaks";
import { composerMessages } from "./messages";
import { type Recorded, recordingName } from "./use-recorder";

export interface Attachment extends HeldFile {
  type: string;
  kind: SendKind;
  /** The kinds it may go as. */
  kinds: SendKind[];
  caption: string;
  width?: number;
  height?: number;
  duration_ms?: number;
  /** How loud a recording is along its way, as the server tells it of those it has. */
  peaks?: string;
  objection: Objection | null;
}

export interface Attachments {
  list: readonly Attachment[];
  add: (files: Iterable<File>) => void;
  addRecording: (recorded: Recorded) => void;
  change: (id: string, change: Partial<Pick<Attachment, "kind" | "caption">>) => void;
  remove: (id: string) => void;
  /** Empties the list, for they are being sent. */
  take: () => readonly Attachment[];
}

export function useAttachments(conversationId: string): Attachments {
  const t = useMessages(composerMessages);
  const store = useStore();
  const list = useHeld(conversationId) as readonly Attachment[]; // see `heldBy`
  const deeds = useMemo(() => {
    const now = () => heldBy(store, conversationId);
    const set = (all: readonly Attachment[]) => put(store, conversationId, all);
    return {
      add: (files: Iterable<File>) => {
        const room = Math.max(0, MOST_FILES - now().length); // recordings may have gone past it
        const all = [...files];
        if (all.length > room) notifications.show({ color: "red", message: t.tooManyFiles(MOST_FILES) });
        hold(store, conversationId, all.slice(0, room));
      },
      addRecording: (recorded: Recorded) => set([...now(), attachmentOfRecording(recorded)]),
      change: (id: string, change: Partial<Pick<Attachment, "kind" | "caption">>) =>
        patch(store, conversationId, id, change),
      remove: (id: string) => set(now().filter((one) => one.id !== id)),
      take: () => {
        const all = now();
        set([]);
        return all;
      },
    };
  }, [store, conversationId, t]);
  return useMemo(() => ({ list, ...deeds }), [list, deeds]);
}

/** Put files with what waits in a conversation already; it need not be the one that is open. */
export function hold(store: InboxStore, conversationId: string, files: readonly File[], caption = ""): void {
  const added = files.map((file) => ({ ...attachmentOf(file), caption }));
  put(store, conversationId, [...heldBy(store, conversationId), ...added]);
  for (const one of added) void measured(one).then((size) => patch(store, conversationId, one.id, size));
}

/** Nothing else puts any there. */
function heldBy(store: InboxStore, conversationId: string): readonly Attachment[] {
  return store.held.of(conversationId) as readonly Attachment[];
}

function put(store: InboxStore, conversationId: string, all: readonly Attachment[]): void {
  store.held.set(conversationId, all);
  store.topics.flush();
}

function patch(store: InboxStore, conversationId: string, id: string, change: Partial<Attachment>): void {
  const all = heldBy(store, conversationId);
  put(
    store,
    conversationId,
    all.map((one) => (one.id === id ? checked({ ...one, ...change }) : one)),
  );
}

function attachmentOf(file: File): Attachment {
  const type = plainType(file.type, file.name);
  const kind = naturalKind(type, file.size);
  const kinds: SendKind[] = kind === "document" ? ["document"] : [kind, "document"];
  if (type === "image/webp") kinds.push("sticker");
  const url = /^(image|video)\//.test(type) ? URL.createObjectURL(file) : null;
  return checked({ id: newId(), file, type, kind, kinds, caption: "", url, objection: null });
}

function attachmentOfRecording({ blob, durationMs, levels }: Recorded): Attachment {
  const type = plainType(blob.type, "");
  const file = new File([blob], recordingName(blob.type), { type });
  return checked({
    id: newId(),
    file,
    type,
    kind: "voice",
    kinds: ["voice"],
    caption: "",
    url: URL.createObjectURL(file),
    duration_ms: durationMs,
    peaks: peaksOfLevels(levels),
    objection: null,
  });
}

function checked(one: Attachment): Attachment {
  return { ...one, objection: objectionTo(one.kind, one.type, one.file.size) };
}

/** Sizes and lengths, so that the bubble has its shape before the server knows them. */
function measured({ type, url }: Attachment): Promise<Pick<Attachment, "width" | "height" | "duration_ms">> {
  return new Promise((resolve) => {
    if (url === null) return resolve({});
    if (type.startsWith("image/")) {
      const image = new Image();
      image.onload = () => resolve({ width: image.naturalWidth, height: image.naturalHeight });
      image.onerror = () => resolve({});
      image.src = url;
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
    video.src = url;
  });
}
