/** One line of a thread, painted again when what it shows has changed and only then. */

import { memo } from "react";
import { useLine, useLines, useStore } from "@/shared/store/hooks";
import type { Message } from "@/shared/store/types";
import { Album } from "../bubbles/album";
import { Bubble } from "../bubbles/bubble";
import { ActivityLine, DayLine, SystemLine, UnreadLine } from "../bubbles/middle-lines";
import { NoteLine } from "../bubbles/note";
import { PendingBubble } from "../bubbles/pending-bubble";
import { type Line, type Mark, sameLine } from "../model/lines";

interface TimelineRowProps {
  line: Line;
  marked: Mark | undefined;
}

export const TimelineRow = memo(
  function TimelineRow({ line, marked }: TimelineRowProps) {
    switch (line.kind) {
      case "day":
        return <DayLine at={line.at} />;
      case "unread":
        return <UnreadLine count={line.count} />;
      case "album":
        return <AlbumRow line={line} marked={marked} />;
      default:
        return <SourceRow line={line} marked={marked} />;
    }
  },
  (before, now) => before.marked === now.marked && sameLine(before.line, now.line),
);

function SourceRow({
  line,
  marked,
}: {
  line: Exclude<Line, { kind: "day" | "unread" | "album" }>;
  marked: Mark | undefined;
}) {
  const source = useLine(line.key);
  const { me } = useStore();
  const first = "first" in line ? line.first : true;
  const last = "last" in line ? line.last : true;
  switch (source?.kind) {
    case "message":
      if (line.kind === "system") return <SystemLine message={source.message} />;
      return <Bubble message={source.message} first={first} last={last} marked={marked} />;
    case "pending":
      return <PendingBubble pending={source.pending} me={me} first={first} last={last} />;
    case "annotation":
      return source.annotation.kind === "note" ? (
        <NoteLine annotation={source.annotation} marked={marked} />
      ) : (
        <ActivityLine annotation={source.annotation} />
      );
    default:
      return null;
  }
}

function AlbumRow({ line, marked }: { line: Extract<Line, { kind: "album" }>; marked: Mark | undefined }) {
  const messages = useLines(line.keys).flatMap((source): Message[] =>
    source.kind === "message" ? [source.message] : [],
  );
  return <Album messages={messages} first={line.first} last={line.last} marked={marked} />;
}
