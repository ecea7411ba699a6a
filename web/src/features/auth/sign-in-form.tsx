import { Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { problemMessages, problemWords } from "@/shared/api/problem-words";
import { useMessages } from "@/shared/i18n/language";
import type { Session } from "@/shared/session/session";
import { useSignIn } from "./api/sign-in";
import { authMessages } from "./messages";
import { useSignedIn } from "./use-signed-in";

interface SignInFormProps {
  /** The only account that may sign in here (over a page that is somebody's). */
  email?: string;
  onDone: (session: Session) => void;
}

export function SignInForm({ email: fixed, onDone }: SignInFormProps) {
  const t = useMessages(authMessages);
  const problems = useMessages(problemMessages);
  const signIn = useSignIn();
  const signedIn = useSignedIn();
  const [email, setEmail] = useState(fixed ?? "");
  const [password, setPassword] = useState("");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate(
      { email, password },
      {
        onSuccess: (answer) => {
          if (answer.state !== "signed_in") return;
          signedIn(answer);
          onDone(answer);
        },
      },
    );
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label={t.email}
          type="email"
          name="email"
          autoComplete="username"
          required
          withAsterisk={false}
          readOnly={fixed !== undefined}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label={t.password}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {signIn.error && (
          <Text c="var(--danger)" role="alert">
            {problemWords(signIn.error, problems).title}
          </Text>
        )}
        <Button type="submit" fullWidth loading={signIn.isPending}>
          {t.signIn}
        </Button>
      </Stack>
    </form>
  );
}
