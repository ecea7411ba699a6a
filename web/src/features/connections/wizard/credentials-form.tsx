/** The access token and the two ids, with help on where they are. What Meta refuses is told at the field that caused it. */

import { Button, Group, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { FormError } from "@/shared/ui/form-error";
import { SecretInput } from "@/shared/ui/secret-input";
import { type Credentials, useTest } from "../api/actions";
import type { TrialResult } from "../api/status";
import { type Field, fieldOf } from "../standing";
import { useCheckWords } from "../test-result";
import classes from "./credentials-form.module.css";
import { FieldHelp } from "./field-help";
import { wizardMessages } from "./messages";
import { cleaned, type Fault, faultsIn, type Typed } from "./typed";

const MANAGER = "https://business.facebook.com/wa/manage/phone-numbers/";
const SYSTEM_USERS = "https://business.facebook.com/settings/system-users";

interface CredentialsFormProps {
  typed: Typed;
  onType: (typed: Typed) => void;
  onBack: (() => void) | null;
  /** Meta knows the number: what was found, and with what. */
  onFound: (credentials: Credentials, result: TrialResult) => void;
}

export function CredentialsForm({ typed, onType, onBack, onFound }: CredentialsFormProps) {
  const t = useMessages(wizardMessages);
  const refusal = useRefusal();
  const words = useCheckWords();
  const test = useTest();
  const [faults, setFaults] = useState<Partial<Record<Field, Fault>>>({});
  const failed = test.data?.checks.find((check) => check.code !== null);
  const blamed = failed ? fieldOf(failed) : null;

  const type = (field: Field) => (value: string) => {
    onType({ ...typed, [field]: value });
    setFaults(({ [field]: _, ...rest }) => rest);
    if (blamed === field || !blamed) test.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = faultsIn(typed);
    setFaults(found);
    const first = (["access_token", "waba_id", "phone_number_id"] as const).find((field) => found[field]);
    if (first) {
      document.getElementsByName(first)[0]?.focus();
      return;
    }
    const credentials = cleaned(typed);
    test.mutate(credentials, {
      onSuccess: (result) => {
        const stopped = result.checks.some((check) => check.code !== null);
        if (!stopped && result.found) onFound(credentials, result);
      },
    });
  };
  const errorAt = (field: Field): string | null => {
    const fault = faults[field];
    if (fault) return t[fault];
    if (!failed || blamed !== field) return null;
    const { told, fix } = words(failed);
    return `${told} ${fix}`;
  };
  return (
    <form onSubmit={submit} noValidate>
      <p className={classes["title"]}>{t.credentials}</p>
      <p className={classes["hint"]}>{t.credentialsHint}</p>
      <Stack gap={18}>
        <div>
          <SecretInput
            name="access_token"
            label={t.token}
            description={t.tokenKept}
            value={typed.access_token}
            onChange={(event) => type("access_token")(event.currentTarget.value)}
            error={errorAt("access_token")}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
          />
          <FieldHelp link={SYSTEM_USERS} linkWords={t.openUsers}>
            {t.tokenHelp}
          </FieldHelp>
        </div>
        <div>
          <TextInput
            name="waba_id"
            label={t.waba}
            value={typed.waba_id}
            onChange={(event) => type("waba_id")(event.currentTarget.value)}
            error={errorAt("waba_id")}
            inputMode="numeric"
            autoComplete="off"
            spellCheck={false}
          />
          <FieldHelp link={MANAGER} linkWords={t.openManager}>
            {t.wabaHelp}
          </FieldHelp>
        </div>
        <div>
          <TextInput
            name="phone_number_id"
            label={t.phone}
            value={typed.phone_number_id}
            onChange={(event) => type("phone_number_id")(event.currentTarget.value)}
            error={errorAt("phone_number_id")}
            inputMode="numeric"
            autoComplete="off"
            spellCheck={false}
          />
          <FieldHelp link={MANAGER} linkWords={t.openManager}>
            {t.phoneHelp}
          </FieldHelp>
        </div>
        {failed && !blamed && (
          <FormError>
            {words(failed).told} {words(failed).fix}
          </FormError>
        )}
        {test.error && <FormError>{refusal(test.error)}</FormError>}
      </Stack>
      <Group justify={onBack ? "space-between" : "flex-end"} mt={24}>
        {onBack && (
          <Button variant="subtle" color="gray" onClick={onBack}>
            {t.back}
          </Button>
        )}
        <Button type="submit" loading={test.isPending}>
          {t.test}
        </Button>
      </Group>
    </form>
  );
}
