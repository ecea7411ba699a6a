import { useQuery } from "@tanstack/react-query";
import { Redirect, useLocation, useSearchParams } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { sessionQuery } from "@/shared/session/session-query";
import { AuthLayout } from "./auth-layout";
import { InsecureNotice } from "./insecure-notice";
import { authMessages } from "./messages";
import { placeOf } from "./next";
import { OidcFailure } from "./oidc-failure";
import { SignInForm } from "./sign-in-form";

export function SignInPage() {
  const t = useMessages(authMessages);
  const [, navigate] = useLocation();
  const [search] = useSearchParams();
  const { data } = useQuery(sessionQuery);
  const next = placeOf(search.get("next"));
  if (data) return <Redirect to={next} replace />;
  return (
    <AuthLayout title={t.signInTo}>
      <InsecureNotice />
      {search.get("error") && <OidcFailure reason={search.get("reason") ?? ""} />}
      <SignInForm next={next} onDone={() => navigate(next, { replace: true })} />
    </AuthLayout>
  );
}
