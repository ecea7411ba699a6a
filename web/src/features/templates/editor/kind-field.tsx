/** What somebody sets out to write: the rest of the editor follows from it. */

import {
  IconBuildingStore,
  IconCards,
  IconDiscount2,
  IconMessage2,
  IconShieldLock,
} from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import { type Kind, ofKind } from "../model/draft";
import classes from "./editor.module.css";
import type { FieldProps } from "./field";
import { editorMessages } from "./messages";

const SIGNS = {
  MESSAGE: IconMessage2,
  CAROUSEL: IconCards,
  OFFER: IconDiscount2,
  CATALOG: IconBuildingStore,
  CODE: IconShieldLock,
} as const;
const KINDS = Object.keys(SIGNS) as Kind[];

export function KindField({ draft, onChange }: FieldProps) {
  const t = useMessages(editorMessages);
  return (
    <div>
      <fieldset className={classes["tiles"]}>
        <legend>{t.kind}</legend>
        {KINDS.map((kind) => {
          const Sign = SIGNS[kind];
          return (
            <label key={kind}>
              <input
                type="radio"
                name="kind"
                checked={draft.kind === kind}
                onChange={() => onChange(ofKind(draft, kind))}
              />
              <span>
                <Sign size={22} stroke={1.6} aria-hidden="true" />
                {t.kinds[kind]}
              </span>
            </label>
          );
        })}
      </fieldset>
      <p className={classes["note"]}>
        {t.kindHint[draft.kind]}{" "}
        {draft.category === "MARKETING" && draft.kind !== "MESSAGE" && t.alwaysMarketing}
      </p>
    </div>
  );
}
