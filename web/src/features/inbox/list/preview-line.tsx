/** The second line of a row: what was not sent, the draft that waits, or what was said last. */

import {
  IconAlertCircleFilled,
  IconFile,
  IconInfoCircle,
  IconListDetails,
  IconMapPin,
  IconMicrophone,
  IconPaperclip,
  IconPhoto,
  IconShoppingBag,
  IconSticker,
  IconTemplate,
  IconUser,
  IconVideo,
} from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import type { Pending } from "@/shared/store/outbox";
import type { LastMessage } from "@/shared/store/types";
import classes from "./conversation-row.module.css";
import { listMessages } from "./messages";
import { oneLine, type PreviewIcon, previewOf } from "./row-model";
import { Tick } from "./tick";

const ICONS: Record<PreviewIcon, typeof IconPhoto> = {
  photo: IconPhoto,
  video: IconVideo,
  voice: IconMicrophone,
  document: IconFile,
  sticker: IconSticker,
  place: IconMapPin,
  contact: IconUser,
  template: IconTemplate,
  list: IconListDetails,
  order: IconShoppingBag,
  info: IconInfoCircle,
};

interface PreviewLineProps {
  last: LastMessage | null;
  draft: string;
  /** How many files were chosen and not sent. */
  held: number;
  unsent: Pending | undefined;
}

export function PreviewLine({ last, draft, held, unsent }: PreviewLineProps) {
  const t = useMessages(listMessages);
  if (unsent) {
    return (
      <span className={classes["preview"]}>
        <IconAlertCircleFilled size={15} aria-hidden="true" className={classes["unsent"]} />
        <span className={classes["draft"]}>{t.unsent}:</span> <bdi>{oneLine(unsent.text ?? "")}</bdi>
      </span>
    );
  }
  if (draft || held > 0) {
    return (
      <span className={classes["preview"]}>
        <span className={classes["draft"]}>{t.draft}:</span>{" "}
        {held > 0 && <IconPaperclip size={14} stroke={1.7} aria-hidden="true" className={classes["kind"]} />}
        <bdi>{oneLine(draft) || t.held(held)}</bdi>
      </span>
    );
  }
  if (!last) return <span className={classes["preview"]} />;
  const { icon, text, word } = previewOf(last);
  const Icon = icon && ICONS[icon];
  return (
    <span className={classes["preview"]}>
      {last.direction === "outbound" && <Tick status={last.status} />}
      {Icon && <Icon size={15} stroke={1.7} aria-hidden="true" className={classes["kind"]} />}
      <bdi data-word={text === null || undefined}>{text ?? (word && t.kinds[word])}</bdi>
    </span>
  );
}
