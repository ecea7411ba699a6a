/** An invitation: into a new account with a password to choose, or with the account that is there. */

import { Anchor, Button, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, useLocation, useParams } from "wouter";
import { isProblem } from "@/shared/api/problem";
import { useMessages } from "@/shared/i18n/language";
import type { SecondFactorAsked, SignInAnswer } from "@/shared/session/session";
import { sessionQuery } from "@/shared/session/session-query";
import { ErrorState } from "@/shared/ui/error-state";
import { FormError } from "@/shared/ui/form-error";
import { NewPassword } from "@/shared/ui/new-password";
import { SecretInput } from "@/shared/ui/secret-input";
import { Splash } from "@/shared/ui/splash";
import { type Invite, inviteQuery, useAcceptInvite } from "./api/invite";
import { AuthLayout } from "./auth-layout";
import { InsecureNotice } from "./insecure-notice";
import { authMessages } from "./messages";
import { SecondFactor } from "./second-factor";
import { useRefusal } from "./use-refusal";
import { useSignedIn } from "./use-signed-in";

export function InvitePage() {
  const t = useMessages(authMessages);
  const { token = "" } = useParams<{ token: string }>();
  const { data, error, isPending, refetch } = useQuery(inviteQuery(token));
  const session = useQuery(sessionQuery);
  if (isPending || session.isPending) return <Splash />;
  if (isProblem(error, "link_invalid") || isProblem(error, "not_found")) {
    return (
      <AuthLayout title={t.linkInvalid} hint={t.linkInvalidInvite}>
        <Button component={Link} to="/sign-in" variant="default" size="md" fullWidth>
          {t.backToSignIn}
        </Button>
      </AuthLayout>
    );
  }
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return <Accept token={token} invite={data} signedInAs={session.data?.user.email ?? null} />;
}

interface AcceptProps {
  token: string;
  invite: Invite;
  signedInAs: string | null;
}

function Accept({ token, invite, signedInAs }: AcceptProps) {
  const t = useMessages(authMessages);
  const accept = useAcceptInvite();
  const refusal = useRefusal();
  const signedIn = useSignedIn();
  const [, navigate] = useLocation();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [asked, setAsked] = useState<SecondFactorAsked | null>(null);

  const isMine = signedInAs?.toLowerCase() === invite.email.toLowerCase();
  const take = (answer: SignInAnswer) => {
    if (answer.state === "second_factor") {
      setAsked(answer);
      return;
    }
    signedIn(answer);
    const joined = answer.memberships.find((one) => one.tenant_name === invite.tenant_name);
    navigate(joined ? `/t/${joined.tenant_id}/inbox` : "/", { replace: true });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const given = isMine ? {} : { password };
    accept.mutate({ token, ...(invite.needs_password && { name }), ...given }, { onSuccess: take });
  };
  const role = t.roles[invite.role];
  const hint = invite.inviter ? t.invitedBy(invite.inviter, role) : t.invited(role);
  if (asked) {
    return (
      <AuthLayout title={t.secondFactor}>
        <SecondFactor asked={asked} onDone={take} onStartOver={() => setAsked(null)} />
      </AuthLayout>
    );
  }
  return (
    <AuthLayout title={t.invitation(invite.tenant_name)} hint={hint}>
      <InsecureNotice />
      <form onSubmit={submit}>
        <Stack gap="md">
          {signedInAs && (
            <FormError tone="warn">{isMine ? t.joinAs(signedInAs) : t.otherAccount(signedInAs)}</FormError>
          )}
          <TextInput
            label={t.email}
            type="email"
            name="email"
            autoComplete="username"
            size="md"
            readOnly
            value={invite.email}
          />
          {invite.needs_password && (
            <>
              <TextInput
                label={t.yourName}
                description={t.yourNameHint}
                name="name"
                autoComplete="name"
                size="md"
                autoFocus
                required
                withAsterisk={false}
                maxLength={100}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
              />
              <NewPassword label={t.password} value={password} onChange={setPassword} />
            </>
          )}
          {!invite.needs_password && !isMine && (
            <SecretInput
              label={t.password}
              description={t.haveAccount}
              name="password"
              autoComplete="current-password"
              size="md"
              autoFocus
              required
              withAsterisk={false}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
          )}
          {accept.error && <FormError>{refusal(accept.error)}</FormError>}
          <Button type="submit" size="md" fullWidth loading={accept.isPending}>
            {t.join}
          </Button>
          {!invite.needs_password && !isMine && (
            <Anchor component={Link} to="/reset" size="sm">
              {t.forgot}
            </Anchor>
          )}
        </Stack>
      </form>
    </AuthLayout>
  );
}
