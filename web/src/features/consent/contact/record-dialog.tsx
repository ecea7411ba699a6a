/** Writing down what a person said to somebody of the tenant, with where and in which words. */

import { Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { ownMoment } from "@/shared/lib/zones";
import { FormDialog } from "@/shared/ui/form-dialog";
import { FormError } from "@/shared/ui/form-error";
import { tellSaved } from "@/shared/ui/notices";
import { type Category, type Ledger, useRecord, type Word } from "../api/consent";
import { CategorySelect } from "../category-select";
import { consentMessages } from "../messages";
import { ownNo } from "../model/standing";
import { WordControl } from "../word-control";
import classes from "./contact.module.css";
import { contactConsentMessages } from "./messages";

const LONGEST_PROOF = 2000;

interface RecordDialogProps {
  contact: { id: string; name: string };
  ledger: Ledger;
  onClose: () => void;
}

export function RecordDialog({ contact, ledger, onClose }: RecordDialogProps) {
  const t = useMessages(contactConsentMessages);
  const c = useMessages(consentMessages);
  const format = useFormat();
  const refusal = useRefusal();
  const record = useRecord(contact.id);
  const [state, setState] = useState<Word>("out");
  const [category, setCategory] = useState<Category>("marketing");
  const [proof, setProof] = useState("");
  const [at, setAt] = useState("");
  const [tried, setTried] = useState(false);
  const isFuture = at !== "" && !(new Date(at).getTime() <= Date.now()); // a year of five digits, too
  const against = state === "in" ? ownNo(category, ledger) : null;
  const submit = () => {
    setTried(true);
    if (!proof.trim() || isFuture) return;
    record.mutate(
      { category, state, proof: proof.trim(), at: ownMoment(at) },
      {
        onSuccess: () => {
          tellSaved(t.recorded);
          onClose();
        },
      },
    );
  };
  return (
    <FormDialog
      title={t.recordTitle(contact.name)}
      onClose={onClose}
      onSubmit={submit}
      submit={t.save}
      busy={record.isPending}
      refusal={refusal(record.error)}
      dirty={proof !== ""}
      size={520}
    >
      <div className={classes["pair"]}>
        <WordControl label={t.saying} value={state} onChange={setState} />
        <CategorySelect value={category} onChange={setCategory} />
      </div>
      <Textarea
        label={t.proof}
        description={t.proofHint}
        placeholder={t.proofSample[state]}
        data-autofocus
        autosize
        minRows={2}
        maxRows={6}
        maxLength={LONGEST_PROOF}
        value={proof}
        error={tried && !proof.trim() ? c.missing : null}
        onChange={(event) => setProof(event.currentTarget.value)}
      />
      <TextInput
        type="datetime-local"
        label={t.at}
        description={t.atHint}
        value={at}
        error={isFuture ? t.atFuture : null}
        onChange={(event) => setAt(event.currentTarget.value)}
      />
      {against && <FormError tone="warn">{t.against(format.date(against.at))}</FormError>}
    </FormDialog>
  );
}
