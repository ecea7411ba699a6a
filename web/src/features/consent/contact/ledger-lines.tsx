/** Every word of a person's, what counts first, behind a button: most often what counts is enough. */

import { IconChevronDown } from "@tabler/icons-react";
import { useId, useState } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useAuthorOf } from "@/shared/store/author";
import { Time } from "@/shared/ui/time";
import type { Kept } from "../api/consent";
import { consentMessages } from "../messages";
import { Verdict } from "../verdict";
import classes from "./contact.module.css";
import { contactConsentMessages } from "./messages";

export function LedgerLines({ items }: { items: readonly Kept[] }) {
  const t = useMessages(contactConsentMessages);
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const id = useId();
  if (items.length === 0) return null;
  return (
    <>
      <button
        type="button"
        className={classes["link"]}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {open ? t.hide : t.all(format.number(items.length))}
        <IconChevronDown size={14} aria-hidden="true" data-open={open || undefined} />
      </button>
      {open && (
        <ol className={classes["lines"]} id={id} aria-label={t.ledger}>
          {items.map((one) => (
            <Line key={one.id} kept={one} />
          ))}
        </ol>
      )}
    </>
  );
}

function Line({ kept }: { kept: Kept }) {
  const source = useSource();
  // A keyword's proof is the word itself, which its source tells.
  const proof = kept.source === "keyword" ? null : kept.proof;
  return (
    <li>
      <span className={classes["lineHead"]}>
        <Verdict state={kept.state} about={kept.category} />
        <span className={classes["quiet"]}>
          <Time at={kept.at} as="date" />
        </span>
      </span>
      <span className={classes["source"]}>{source(kept)}</span>
      {proof && <q className={classes["proof"]}>{proof}</q>}
    </li>
  );
}

function useSource(): (kept: Kept) => string {
  const t = useMessages(contactConsentMessages);
  const c = useMessages(consentMessages);
  const authorOf = useAuthorOf(c.somebody);
  return ({ source, proof, actor }) => {
    switch (source) {
      case "keyword":
        return t.source.keyword(proof ?? "");
      case "recorded":
      case "import":
        return t.source[source](authorOf(actor));
      default:
        return t.source[source];
    }
  };
}
