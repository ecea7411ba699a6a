/** A template as it was sent: what it says with what was filled in. Where its text is not known here, what was filled in. */

import { IconFile, IconMapPin, IconPhoto, IconTemplate, IconVideo } from "@tabler/icons-react";
import type { ComponentType, ReactNode } from "react";
import { useMessages } from "@/shared/i18n/language";
import { threadMessages } from "../messages";
import { at, type Json, objectIn, objectsIn, textIn } from "../model/reading";
import { type Preview, previewOf, valuesSent, wordsOf } from "../model/templates";
import { useData } from "../thread-context";
import { BUTTON_ICONS, HeaderOf, Pressables } from "./interactive";
import classes from "./interactive.module.css";
import { RichText } from "./rich-text";
import own from "./template.module.css";

const FORMATS: Record<string, ComponentType<{ size?: number | string }>> = {
  IMAGE: IconPhoto,
  VIDEO: IconVideo,
  DOCUMENT: IconFile,
  LOCATION: IconMapPin,
};

interface TemplateSentProps {
  name: string;
  language: string;
  components: Json[];
  after: ReactNode;
}

export function TemplateSent({ name, language, components, after }: TemplateSentProps) {
  const t = useMessages(threadMessages);
  const { templateOf } = useData();
  const known = templateOf(name, language);
  return (
    <div className={classes["interactive"]}>
      <div className={own["name"]} title={t.templateName(name, language)}>
        <IconTemplate size={13} aria-hidden="true" /> {name}
      </div>
      {known ? (
        <TemplateLook
          preview={previewOf(known, valuesSent(known, components))}
          header={sentHeader(components)}
          after={after}
        />
      ) : (
        <Unknown components={components} after={after} />
      )}
    </div>
  );
}

/** How a template looks on the phone; also the live preview while it is filled in. */
export function TemplateLook({
  preview,
  header,
  after,
}: {
  preview: Preview;
  header?: ReactNode;
  after?: ReactNode;
}) {
  const format = preview.header?.format ?? "";
  const IconOf = FORMATS[format];
  return (
    <>
      {preview.header?.text && <div className={classes["header"]}>{preview.header.text}</div>}
      {IconOf &&
        (header ?? (
          <div className={classes["file"]}>
            <IconOf size={24} />
          </div>
        ))}
      <RichText text={preview.body} after={preview.footer ? undefined : after} />
      {preview.footer && (
        <div className={classes["footer"]}>
          {preview.footer}
          {after}
        </div>
      )}
      {preview.buttons.length > 0 && (
        <Pressables
          items={preview.buttons.map((button) => ({
            text: button.text,
            icon: BUTTON_ICONS[button.type] ?? IconTemplate,
            title: button.url ?? button.phone ?? undefined,
          }))}
        />
      )}
    </>
  );
}

/** The file in the header as it was sent. */
function sentHeader(components: readonly Json[]): ReactNode {
  const parameter = objectsIn(components.find((part) => part["type"] === "header")?.["parameters"])[0];
  const kind = textIn(parameter?.["type"]);
  if (kind !== "image" && kind !== "video" && kind !== "document") return undefined;
  const file = objectIn(parameter?.[kind]);
  const [id, link, filename] = [textIn(file?.["id"]), textIn(file?.["link"]), textIn(file?.["filename"])];
  return <HeaderOf header={{ text: null, file: { kind, id, link, filename } }} />;
}

function Unknown({ components, after }: { components: Json[]; after: ReactNode }) {
  const t = useMessages(threadMessages);
  const words = components.flatMap((part) =>
    objectsIn(part["parameters"]).map(
      (parameter) => wordsOf(parameter) ?? textIn(at(parameter, "location", "name")),
    ),
  );
  return (
    <>
      <ul className={own["values"]}>
        {words.map(
          (word, index) =>
            // biome-ignore lint/suspicious/noArrayIndexKey: parameters are known by their place
            word && <li key={index}>{word}</li>,
        )}
      </ul>
      <div className={classes["footer"]}>
        {t.templateUnknown}
        {after}
      </div>
    </>
  );
}
