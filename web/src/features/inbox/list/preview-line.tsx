/** The second line of a row: what was said last, or the draft that waits. */

import {
  IconFile,
  IconInfoCircle,
  IconListDetails,
  IconMapPin,
  IconMicrophone,
  IconPhoto,
  IconShoppingBag,
  IconSticker,
  IconTemplate,
  IconUser,
  IconVideo,
} from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
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

export function PreviewLine({ last, draft }: { last: LastMessage | null; draft: string }) {
  const t = useMessages(listMessages);
  if (draft) {
    return (
      <span className={classes["preview"]}>
        <span className={classes["draft"]}>{t.draft}:</span> <bdi>{oneLine(draft)}</bdi>
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
