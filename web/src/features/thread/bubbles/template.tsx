/** A template as it was sent: what it says with what was filled in. Where its text is not known here, what was filled in. */

import { IconTemplate } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useMessages } from "@/shared/i18n/language";
import { at, type Json, objectIn, objectsIn, textIn } from "@/shared/whatsapp/reading";
import { TemplateLook } from "@/shared/whatsapp/template-look";
import look from "@/shared/whatsapp/template-look.module.css";
import { previewOf, valuesSent, wordsOf } from "@/shared/whatsapp/templates";
import { threadMessages } from "../messages";
import { useData } from "../thread-context";
import { HeaderOf } from "./interactive";
import classes from "./interactive.module.css";
import own from "./template.module.css";

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
      <div className={look["footer"]}>
        {t.templateUnknown}
        {after}
      </div>
    </>
  );
}
