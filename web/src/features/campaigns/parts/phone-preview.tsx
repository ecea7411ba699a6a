/** The message as it will stand on a person's phone. */

import type { ReactNode } from "react";
import { useMessages } from "@/shared/i18n/language";
import { TemplateLook } from "@/shared/whatsapp/template-look";
import type { Preview } from "@/shared/whatsapp/templates";
import { editorMessages } from "../editor/messages";
import classes from "./phone-preview.module.css";

interface PhonePreviewProps {
  preview: Preview | null;
  /** Who writes: the number's name. */
  from: string;
  header?: ReactNode;
  /** Under the phone: whose values these are. */
  caption?: ReactNode;
}

export function PhonePreview({ preview, from, header, caption }: PhonePreviewProps) {
  const t = useMessages(editorMessages);
  return (
    <section className={classes["preview"]} aria-label={t.preview}>
      <div className={classes["phone"]}>
        <div className={classes["bar"]}>
          <span className={classes["face"]} aria-hidden="true" />
          <span className={classes["from"]}>{from}</span>
        </div>
        <div className={classes["screen"]}>
          {preview ? (
            <div className={classes["bubble"]}>
              <TemplateLook preview={preview} header={header} />
            </div>
          ) : (
            <p className={classes["none"]}>{t.previewNone}</p>
          )}
        </div>
      </div>
      {caption && <div className={classes["caption"]}>{caption}</div>}
    </section>
  );
}
