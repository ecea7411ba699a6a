/** The message that is being answered, above the field. */

import { CloseButton } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import type { Message } from "@/shared/store/types";
import { Quoted } from "../bubbles/quote";
import { composerMessages } from "./messages";
import classes from "./quote-bar.module.css";

export function QuoteBar({ message, onClose }: { message: Message; onClose: () => void }) {
  const t = useMessages(composerMessages);
  return (
    <div className={classes["bar"]} data-direction={message.direction}>
      <Quoted message={message} />
      <CloseButton onClick={onClose} aria-label={t.stopQuoting} title={t.stopQuoting} />
    </div>
  );
}
