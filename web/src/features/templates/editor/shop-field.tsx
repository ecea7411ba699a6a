/** How much of the catalogue is shown; which products is said when it is sent. */

import { useMessages } from "@/shared/i18n/language";
import type { Shop } from "../model/draft";
import { Choices } from "./choices";
import classes from "./editor.module.css";
import type { FieldProps } from "./field";
import { FindingWords } from "./finding-words";
import { editorMessages } from "./messages";

const SHOPS: readonly Shop[] = ["CATALOG", "MPM", "SPM"];

export function ShopField({ draft, found, onChange }: FieldProps) {
  const t = useMessages(editorMessages);
  return (
    <section className={classes["part"]} aria-label={t.shop}>
      <h2>{t.shop}</h2>
      <Choices
        label={t.shop}
        words={t.shops}
        among={SHOPS}
        chosen={draft.shop}
        onChoose={(shop) => onChange({ ...draft, shop })}
      />
      <p className={classes["note"]}>{t.shopHint[draft.shop]}</p>
      <FindingWords findings={found("shop")} />
    </section>
  );
}
