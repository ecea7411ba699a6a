/** A sentence, and which rule would answer it. */

import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import type { Said } from "../api/consent";
import { consentMessages } from "../messages";
import { keywordIn } from "../model/keywords";
import classes from "./keywords.module.css";
import { keywordMessages } from "./messages";

export function TryOut({ keywords }: { keywords: readonly Said[] }) {
  const t = useMessages(keywordMessages);
  const [text, setText] = useState("");
  return (
    <div className={classes["trying"]}>
      <TextInput
        label={t.tryingLabel}
        placeholder={t.tryingSample}
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div role="status">{text.trim() !== "" && <Heard said={keywordIn(text, keywords)} />}</div>
    </div>
  );
}

function Heard({ said }: { said: Said | null }) {
  const t = useMessages(keywordMessages);
  const c = useMessages(consentMessages);
  if (said === null) {
    return (
      <p className={classes["heard"]}>
        {t.unheard} <span className={classes["quiet"]}>{t.unheardHint}</span>
      </p>
    );
  }
  return (
    <div className={classes["heard"]} data-state={said.state}>
      <strong>{t.heard(c.verdict[said.state][said.about ?? "all"])}</strong>{" "}
      {said.answer ? t.heardAnswer : t.heardSilent}
      {said.answer && <p className={classes["bubble"]}>{said.answer}</p>}
    </div>
  );
}
