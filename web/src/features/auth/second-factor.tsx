/** The step after the password: a code of the authenticator app, a passkey, or a recovery code. */

import { Anchor, Button, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { isProblem } from "@/shared/api/problem";
import { useMessages } from "@/shared/i18n/language";
import type { SecondFactorAsked, SecondFactorMethod, SignInAnswer } from "@/shared/session/session";
import { FormError } from "@/shared/ui/form-error";
import { useSecondFactor } from "./api/second-factor";
import { authMessages } from "./messages";
import { askAuthenticator, hasPasskeys } from "./passkey";
import classes from "./second-factor.module.css";
import { useRefusal } from "./use-refusal";

const TOTP_DIGITS = 6;

interface SecondFactorProps {
  asked: SecondFactorAsked;
  onDone: (answer: SignInAnswer) => void;
  onStartOver: () => void;
}

export function SecondFactor({ asked, onDone, onStartOver }: SecondFactorProps) {
  const t = useMessages(authMessages);
  const usable = asked.methods.filter((method) => method !== "passkey" || (asked.passkey && hasPasskeys()));
  const [method, setMethod] = useState<SecondFactorMethod>(usable[0] ?? "recovery");
  const others = usable.filter((one) => one !== method);
  const words: Record<SecondFactorMethod, string> = {
    totp: t.useTotp,
    passkey: t.usePasskey,
    recovery: t.useRecovery,
  };
  return (
    <Stack gap="md">
      {method === "passkey" ? (
        <Passkey challenge={asked.challenge} options={asked.passkey ?? {}} onDone={onDone} />
      ) : (
        <Code key={method} challenge={asked.challenge} method={method} onDone={onDone} />
      )}
      <div className={classes["others"]}>
        {others.map((one) => (
          <Anchor component="button" type="button" size="sm" key={one} onClick={() => setMethod(one)}>
            {words[one]}
          </Anchor>
        ))}
        <Anchor component="button" type="button" size="sm" c="dimmed" onClick={onStartOver}>
          {t.startOver}
        </Anchor>
      </div>
    </Stack>
  );
}

interface CodeProps {
  challenge: string;
  method: "totp" | "recovery";
  onDone: (answer: SignInAnswer) => void;
}

function Code({ challenge, method, onDone }: CodeProps) {
  const t = useMessages(authMessages);
  const factor = useSecondFactor();
  const why = useFactorRefusal();
  const [code, setCode] = useState("");
  const totp = method === "totp";

  const send = (given: string) => {
    if (factor.isPending) return;
    factor.mutate(
      { challenge, method, code: given.trim() },
      { onSuccess: onDone, onError: () => setCode("") },
    );
  };
  const change = (typed: string) => {
    if (!totp) {
      setCode(typed);
      return;
    }
    const digits = typed.replace(/\D/g, "").slice(0, TOTP_DIGITS);
    setCode(digits);
    if (digits.length === TOTP_DIGITS && digits !== code) send(digits);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send(code);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Text c="dimmed">{totp ? t.totpHint : t.recoveryHint}</Text>
        <TextInput
          label={totp ? t.code : t.recoveryCode}
          name="code"
          size="md"
          autoComplete="one-time-code"
          inputMode={totp ? "numeric" : "text"}
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          required
          withAsterisk={false}
          classNames={{ input: (totp ? classes["digits"] : classes["recovery"]) ?? "" }}
          value={code}
          onChange={(event) => change(event.currentTarget.value)}
        />
        {factor.error && <FormError>{why(factor.error)}</FormError>}
        <Button type="submit" size="md" fullWidth loading={factor.isPending}>
          {t.confirm}
        </Button>
      </Stack>
    </form>
  );
}

interface PasskeyProps {
  challenge: string;
  /** What `navigator.credentials.get` takes, in JSON. */
  options: Record<string, unknown>;
  onDone: (answer: SignInAnswer) => void;
}

function Passkey({ challenge, options, onDone }: PasskeyProps) {
  const t = useMessages(authMessages);
  const factor = useSecondFactor();
  const why = useFactorRefusal();
  const ask = useMutation({
    mutationFn: async () =>
      factor.mutateAsync({ challenge, method: "passkey", credential: await askAuthenticator(options) }),
  });
  return (
    <Stack gap="md">
      <Text c="dimmed">{t.passkeyHint}</Text>
      {ask.error && <FormError>{isProblem(ask.error) ? why(ask.error) : t.passkeyFailed}</FormError>}
      <Button
        size="md"
        fullWidth
        loading={ask.isPending}
        onClick={() => ask.mutate(undefined, { onSuccess: onDone })}
      >
        {t.usePasskey}
      </Button>
    </Stack>
  );
}

function useFactorRefusal(): (error: unknown) => string {
  const t = useMessages(authMessages);
  const refusal = useRefusal();
  return (error) => {
    if (isProblem(error, "wrong_factor")) return t.wrongCode;
    return refusal(error);
  };
}
