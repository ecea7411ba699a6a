/** One rule: its words, what they mean, what is answered. */

import { useMessages } from "@/shared/i18n/language";
import { RowActions } from "@/shared/ui/row-actions";
import { Row } from "@/shared/ui/rows";
import type { Said } from "../api/consent";
import { Verdict } from "../verdict";
import classes from "./keywords.module.css";
import { keywordMessages } from "./messages";

interface SaidRowProps {
  said: Said;
  onEdit: () => void;
  onRemove: () => void;
}

export function SaidRow({ said, onEdit, onRemove }: SaidRowProps) {
  const t = useMessages(keywordMessages);
  const name = said.words.join(", ");
  return (
    <Row
      title={<Words words={said.words} />}
      hint={
        <>
          <Verdict state={said.state} about={said.about ?? "all"} />
          <span className={classes["answer"]}>{said.answer ? t.answers(said.answer) : t.silent}</span>
        </>
      }
      actions={<RowActions edit={t.edit(name)} remove={t.remove(name)} onEdit={onEdit} onRemove={onRemove} />}
    />
  );
}

export function Words({ words }: { words: readonly string[] }) {
  return (
    <span className={classes["words"]}>
      {words.map((word) => (
        <bdi className={classes["word"]} key={word}>
          {word}
        </bdi>
      ))}
    </span>
  );
}
