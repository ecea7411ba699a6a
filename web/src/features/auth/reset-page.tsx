/**
 * A forgotten password: ask for a link, and choose another by it. The link's secret is behind the `#`, which browsers send to nobody.
 */

import { Anchor, Button, Code, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Link } from "wouter";
import { isProblem } from "@/shared/api/problem";
import { useMessages } from "@/shared/i18n/language";
import { FormError } from "@/shared/ui/form-error";
import { NewPassword } from "@/shared/ui/new-password";
import { useMethods } from "./api/methods";
import { useAskForReset, useCompleteReset } from "./api/password";
import { AuthLayout } from "./auth-layout";
import { InsecureNotice } from "./insecure-notice";
import { authMessages } from "./messages";
import { useRefusal } from "./use-refusal";

export function ResetPage() {
  // Read once, and taken out of the address bar: it must not end in a screenshot or a bookmark.
  const [token, setToken] = useState(() => {
    const found = location.hash.slice(1);
    if (found) history.replaceState(null, "", location.pathname);
    return found;
  });
  return token ? <Choose token={token} onAskAgain={() => setToken("")} /> : <Ask />;
}

function Ask() {
  const t = useMessages(authMessages);
  const { mail } = useMethods();
  const ask = useAskForReset();
  const refusal = useRefusal();
  const [email, setEmail] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate(email);
  };
  if (!mail) {
    return (
      <AuthLayout title={t.reset} hint={t.noMail}>
        <Code block>{`curbe user reset-link ${email || "you@example.com"}`}</Code>
        <BackToSignIn />
      </AuthLayout>
    );
  }
  if (ask.isSuccess) {
    return (
      <AuthLayout title={t.linkSent} hint={t.linkSentHint(email)}>
        <BackToSignIn />
      </AuthLayout>
    );
  }
  return (
    <AuthLayout title={t.reset} hint={t.resetHint}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label={t.email}
            type="email"
            name="email"
            autoComplete="username"
            size="md"
            autoFocus
            required
            withAsterisk={false}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          {ask.error && <FormError>{refusal(ask.error)}</FormError>}
          <Button type="submit" size="md" fullWidth loading={ask.isPending}>
            {t.sendLink}
          </Button>
        </Stack>
      </form>
      <BackToSignIn />
    </AuthLayout>
  );
}

function Choose({ token, onAskAgain }: { token: string; onAskAgain: () => void }) {
  const t = useMessages(authMessages);
  const complete = useCompleteReset();
  const refusal = useRefusal();
  const [password, setPassword] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    complete.mutate({ token, password });
  };
  if (complete.isSuccess) {
    return (
      <AuthLayout title={t.passwordSaved} hint={t.passwordSavedHint}>
        <Button component={Link} to="/sign-in" size="md" fullWidth>
          {t.signIn}
        </Button>
      </AuthLayout>
    );
  }
  if (isProblem(complete.error, "link_invalid")) {
    return (
      <AuthLayout title={t.linkInvalid} hint={t.linkInvalidReset}>
        <Button size="md" fullWidth onClick={onAskAgain}>
          {t.askAgain}
        </Button>
        <BackToSignIn />
      </AuthLayout>
    );
  }
  return (
    <AuthLayout title={t.reset}>
      <InsecureNotice />
      <form onSubmit={submit}>
        <Stack gap="md">
          <NewPassword value={password} onChange={setPassword} autoFocus />
          {complete.error && <FormError>{refusal(complete.error)}</FormError>}
          <Button type="submit" size="md" fullWidth loading={complete.isPending}>
            {t.savePassword}
          </Button>
        </Stack>
      </form>
    </AuthLayout>
  );
}

function BackToSignIn() {
  const t = useMessages(authMessages);
  return (
    <Text mt="lg">
      <Anchor component={Link} to="/sign-in" size="sm">
        {t.backToSignIn}
      </Anchor>
    </Text>
  );
}
