/** Makes a key: what it may do and until when, in words; then shows it, this once. */

import { Button, Group, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { NotProved } from "@/shared/api/problem";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useProof } from "@/shared/session/proof";
import { CopyField } from "@/shared/ui/copy-field";
import { Dialog } from "@/shared/ui/dialog";
import { FormDialog } from "@/shared/ui/form-dialog";
import { FormError } from "@/shared/ui/form-error";
import { type Scope, useCreateKey } from "../api/keys";
import classes from "./keys.module.css";
import { keyMessages } from "./messages";
import {
  type Expiry,
  expiresAt,
  GROUPS,
  type Group as GroupName,
  PRESETS,
  type Preset,
  presetOf,
} from "./scopes";

const LONGEST_NAME = 200;
const POWERFUL: readonly Scope[] = ["keys:write", "people:write"];

export function KeyDialog({ onClose }: { onClose: () => void }) {
  const t = useMessages(keyMessages);
  const format = useFormat();
  const refusal = useRefusal();
  const create = useCreateKey();
  const { proved, dialog } = useProof();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<ReadonlySet<Scope>>(() => new Set(PRESETS.integrate));
  const [expiry, setExpiry] = useState<Expiry>("365");
  const [date, setDate] = useState("");
  const [tried, setTried] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  if (create.data) return <ShownKey value={create.data.key} onClose={onClose} />;
  const ends = expiry === "date" && !date ? null : expiresAt(expiry, date, new Date());
  const dateMissing = expiry === "date" && (ends === null || Date.parse(ends) <= Date.now());
  const preset = presetOf(scopes);
  const toggle = (scope: Scope) =>
    setScopes((before) => {
      const after = new Set(before);
      if (!after.delete(scope)) after.add(scope);
      return after;
    });
  const submit = async () => {
    setTried(true);
    setFailure(null);
    if (scopes.size === 0 || dateMissing) return;
    setBusy(true);
    try {
      await proved(() => create.mutateAsync({ name: name.trim(), scopes: [...scopes], expires_at: ends }));
    } catch (error) {
      if (!(error instanceof NotProved)) setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <FormDialog
        title={t.newTitle}
        onClose={onClose}
        onSubmit={() => void submit()}
        submit={t.create}
        busy={busy}
        refusal={refusal(failure)}
        size={600}
      >
        <TextInput
          label={t.name}
          description={t.nameHint}
          data-autofocus
          autoComplete="off"
          maxLength={LONGEST_NAME}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <fieldset className={classes["may"]}>
          <legend className={classes["legend"]}>{t.may}</legend>
          <div className={classes["presets"]}>
            {(Object.keys(PRESETS) as Preset[]).map((one) => (
              <button
                type="button"
                className={classes["preset"]}
                aria-pressed={one === preset}
                onClick={() => setScopes(new Set(PRESETS[one]))}
                key={one}
              >
                {t.preset[one]}
              </button>
            ))}
          </div>
          {(Object.keys(GROUPS) as GroupName[]).map((group) => (
            <div key={group}>
              <p className={classes["group"]}>{t.group[group]}</p>
              <div className={classes["scopes"]}>
                {GROUPS[group].map((scope) => (
                  <label className={classes["scope"]} key={scope} title={scope}>
                    <input type="checkbox" checked={scopes.has(scope)} onChange={() => toggle(scope)} />
                    {t.scope[scope]}
                  </label>
                ))}
              </div>
            </div>
          ))}
          {tried && scopes.size === 0 && (
            <p className={classes["error"]} role="alert">
              {t.chooseOne}
            </p>
          )}
        </fieldset>
        {POWERFUL.some((scope) => scopes.has(scope)) && <FormError tone="warn">{t.powerful}</FormError>}
        <div>
          <div className={classes["expiry"]}>
            <Select
              label={t.expiry}
              w={200}
              allowDeselect={false}
              data={(Object.keys(t.expiryOf) as Expiry[]).map((value) => ({
                value,
                label: t.expiryOf[value],
              }))}
              value={expiry}
              onChange={(value) => value && setExpiry(value as Expiry)}
            />
            {expiry === "date" && (
              <TextInput
                type="date"
                label={t.date}
                w={200}
                value={date}
                error={tried && dateMissing ? t.dateMissing : null}
                onChange={(event) => setDate(event.currentTarget.value)}
              />
            )}
          </div>
          <p className={classes["hint"]}>
            {expiry === "never" ? t.neverHint : ends && !dateMissing && t.endsOn(format.date(ends))}
          </p>
        </div>
      </FormDialog>
      {dialog}
    </>
  );
}

function ShownKey({ value, onClose }: { value: string; onClose: () => void }) {
  const t = useMessages(keyMessages);
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t.shownTitle}
      size={520}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <p className={classes["shown"]}>{t.shownHint}</p>
      <CopyField label={t.key} value={value} />
      <p className={classes["hint"]}>{t.howTo}</p>
      <div className={classes["use"]}>Authorization: Bearer {value.slice(0, 12)}…</div>
      <Group justify="flex-end" mt="lg">
        <Button onClick={onClose}>{t.done}</Button>
      </Group>
    </Dialog>
  );
}
