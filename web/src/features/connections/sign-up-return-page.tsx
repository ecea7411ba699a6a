/** Where Meta's sign-up comes back to: the number it stands for is connected, or it is said why not. */

import { Button, Loader } from "@mantine/core";
import { IconPlugConnected, IconPlugConnectedX } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import { answer, api } from "@/shared/api/client";
import { isProblem } from "@/shared/api/problem";
import { useMessages } from "@/shared/i18n/language";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { tellSaved } from "@/shared/ui/notices";
import { wizardMessages } from "./wizard/messages";
import { begun, forget, type SignUp } from "./wizard/sign-up";

export function SignUpReturnPage() {
  const t = useMessages(wizardMessages);
  const [search] = useSearchParams();
  const [, navigate] = useLocation();
  const [failure, setFailure] = useState<unknown>(null);
  const [signUp] = useState<SignUp | null>(begun);
  const code = search.get("code");
  const state = search.get("state");
  const sent = useRef(false); // a code is good once

  useEffect(() => {
    if (!signUp || !code || sent.current) return;
    sent.current = true;
    forget();
    const { tenant_id, redirect_uri } = signUp;
    answer(
      api.POST("/api/tenants/{tenant_id}/whatsapp/connect/complete", {
        params: { path: { tenant_id } },
        body: { code, state, redirect_uri },
      }),
    ).then((connection) => {
      tellSaved(t.done(connection.display_name ?? connection.phone_number_spelled ?? ""));
      navigate(`/t/${tenant_id}/connections`, { replace: true });
    }, setFailure);
  }, [signUp, code, state, navigate, t]);

  const home = (
    <Button component={Link} to={signUp ? `/t/${signUp.tenant_id}/connections` : "/"} variant="default">
      {t.toConnections}
    </Button>
  );
  if (failure !== null) {
    const choices = isProblem(failure, "invalid_request") ? failure.members["choices"] : null;
    if (Array.isArray(choices)) {
      return (
        <EmptyState icon={<IconPlugConnectedX size={26} />} title={t.cancelled} action={home}>
          {choices.length > 0 ? t.several(choices.join(", ")) : t.noNumber}
        </EmptyState>
      );
    }
    return <ErrorState error={failure} action={home} />;
  }
  if (!signUp || !code) {
    return (
      <EmptyState icon={<IconPlugConnectedX size={26} />} title={t.cancelled} action={home}>
        {signUp ? t.cancelledHint : t.lostHint}
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<IconPlugConnected size={26} stroke={1.6} />} title={t.returning}>
      <Loader size="sm" mt={8} />
    </EmptyState>
  );
}
