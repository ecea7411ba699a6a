/** The message as it will stand on a person's phone. */

import type { ReactNode } from "react";
import { useMessages } from "@/shared/i18n/language";
import classes from "./phone-preview.module.css";
import { TemplateLook } from "./template-look";
import { templateWords } from "./template-words";
import type { Preview } from "./templates";

interface PhonePreviewProps {
  preview: Preview | null;
  /** Who writes: the number's name. */
  from: string;
  header?: ReactNode;
  /** Under the phone: whose values these are. */
  caption?: ReactNode;
}

export function PhonePreview({ preview, from, header, caption }: PhonePreviewProps) {
  const t = useMessages(templateWords);
  return (
    <Phone label={t.preview} from={from} caption={caption}>
      {preview ? (
        <div className={classes["bubble"]}>
          <TemplateLook preview={preview} header={header} />
        </div>
      ) : (
        <p className={classes["none"]}>{t.previewNone}</p>
      )}
    </Phone>
  );
}

interface PhoneProps {
  /** What is seen here, for who does not see it. */
  label: string;
  from: string;
  caption?: ReactNode;
  children: ReactNode;
}

/** A phone with a conversation on it. */
export function Phone({ label, from, caption, children }: PhoneProps) {
  return (
    <section className={classes["preview"]} aria-label={label}>
      <div className={classes["phone"]}>
        <div className={classes["bar"]}>
          <span className={classes["face"]} aria-hidden="true" />
          <span className={classes["from"]}>{from}</span>
        </div>
        <div className={classes["screen"]}>{children}</div>
      </div>
      {caption && <div className={classes["caption"]}>{caption}</div>}
    </section>
  );
}
