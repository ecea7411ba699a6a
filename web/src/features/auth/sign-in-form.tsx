/** Signing in: the password, then the second factor where the account has one. */

import { Anchor, Button, Divider, Stack, TextInput } from "@mantine/core";
import { IconFingerprint } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { Link } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import type { SecondFactorAsked, Session, SignInAnswer } from "@/shared/session/session";
import { FormError } from "@/shared/ui/form-error";
import { SecretInput } from "@/shared/ui/secret-input";
import { useMethods } from "./api/methods";
import { useSignIn } from "./api/sign-in";
import { authMessages } from "./messages";
import { hasPasskeys, signInWithPasskey } from "./passkey";
import { SecondFactor } from "./second-factor";
import classes from "./sign-in-form.module.css";
import { useRefusal } from "./use-refusal";
import { useSignedIn } from "./use-signed-in";

interface SignInFormProps {
  /** The only account that may sign in here (over a page that is somebody's). */
  email?: string;
  /** Whether the account may leave the page to sign in with another service, which loses what was typed here. */
  elsewhere?: boolean;
  /** Where the sign-in elsewhere (OIDC) is to come back to. */
  next?: string;
  onDone: (session: Session) => void;
}

export function SignInForm({ email: fixed, elsewhere = true, next = "/", onDone }: SignInFormProps) {
  const t = useMessages(authMessages);
  const methods = useMethods();
  const signIn = useSignIn();
  const passkey = useMutation({ mutationFn: signInWithPasskey });
  const signedIn = useSignedIn();
  const refusal = useRefusal();
  const [email, setEmail] = useState(fixed ?? "");
  const [password, setPassword] = useState("");
  const [asked, setAsked] = useState<SecondFactorAsked | null>(null);
  const passwordField = useRef<HTMLInputElement>(null);

  const take = (answer: SignInAnswer) => {
    if (answer.state === "second_factor") {
      setAsked(answer);
      return;
    }
    signedIn(answer);
    onDone(answer);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    passkey.reset();
    signIn.mutate({ email, password }, { onSuccess: take, onError: () => passwordField.current?.select() });
  };
  const startOver = () => {
    setAsked(null);
    setPassword("");
    signIn.reset();
  };

  if (asked) return <SecondFactor asked={asked} onDone={take} onStartOver={startOver} />;
  const failure = signIn.error ?? passkey.error;
  const oidc = elsewhere ? methods.oidc : null;
  const withPasskey = methods.passkeys && hasPasskeys();
  return (
    <Stack gap="md">
      {methods.password && (
        <form onSubmit={submit}>
          <Stack gap="md">
            <TextInput
              label={t.email}
              type="email"
              name="email"
              autoComplete="username webauthn"
              autoCapitalize="none"
              spellCheck={false}
              required
              withAsterisk={false}
              autoFocus={fixed === undefined}
              readOnly={fixed !== undefined}
              size="md"
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <div className={classes["password"]}>
              <SecretInput
                ref={passwordField}
                label={t.password}
                name="password"
                autoComplete="current-password"
                required
                withAsterisk={false}
                data-autofocus={fixed !== undefined || undefined}
                size="md"
                value={password}
                onChange={(event) => setPassword(event.currentTarget.value)}
              />
              {fixed === undefined && (
                <Anchor component={Link} to="/reset" size="sm" className={classes["forgot"]}>
                  {t.forgot}
                </Anchor>
              )}
            </div>
            {failure && <FormError>{signIn.error ? refusal(signIn.error) : t.passkeyFailed}</FormError>}
            <Button type="submit" size="md" fullWidth loading={signIn.isPending}>
              {t.signIn}
            </Button>
          </Stack>
        </form>
      )}
      {methods.password && (withPasskey || oidc) && <Divider label={t.or} />}
      {withPasskey && (
        <Button
          variant="default"
          size="md"
          fullWidth
          leftSection={<IconFingerprint size={18} stroke={1.7} />}
          loading={passkey.isPending}
          onClick={() => passkey.mutate(undefined, { onSuccess: take })}
        >
          {t.withPasskey}
        </Button>
      )}
      {oidc && (
        <Button
          variant="default"
          size="md"
          fullWidth
          component="a"
          href={`/api/auth/oidc/start?next=${encodeURIComponent(next)}`}
        >
          {t.withOidc(oidc.label)}
        </Button>
      )}
    </Stack>
  );
}
