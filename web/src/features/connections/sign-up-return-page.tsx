/** Where Meta's sign-up comes back to: the number it stands for is connected, or one is chosen, or it is said why not. */

import { Button, Loader } from "@mantine/core";
import { IconPlugConnected, IconPlugConnectedX } from "@tabler/icons-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import { answer, api } from "@/shared/api/client";
import { isProblem } from "@/shared/api/problem";
import { useMessages } from "@/shared/i18n/language";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { tellSaved } from "@/shared/ui/notices";
import { at, type Connection } from "./api/status";
import { ChooseNumber } from "./wizard/choose-number";
import { wizardMessages } from "./wizard/messages";
import { begun, choiceIn, forget, keep, type SignUp } from "./wizard/sign-up";

export function SignUpReturnPage() {
  const t = useMessages(wizardMessages);
  const [search] = useSearchParams();
  const [, navigate] = useLocation();
  const [failure, setFailure] = useState<unknown>(null);
  const [signUp, setSignUp] = useState<SignUp | null>(begun);
  const [expired, setExpired] = useState(false);
  const code = search.get("code");
  const state = search.get("state");
  const sent = useRef(false); // a code is good once

  const leave = useCallback(
    (tenantId: string, connection?: Connection) => {
      forget();
      if (connection) tellSaved(t.done(connection.display_name ?? connection.phone_number_spelled ?? ""));
      navigate(`/t/${tenantId}/connections`, { replace: true });
    },
    [navigate, t],
  );

  useEffect(() => {
    if (!signUp || signUp.choice || !code || sent.current) return;
    sent.current = true;
    forget();
    const { tenant_id, redirect_uri, phone_number_id } = signUp;
    answer(
      api.POST("/api/tenants/{tenant_id}/whatsapp/connect/complete", {
        params: at(tenant_id),
        body: { code, state, redirect_uri, ...(phone_number_id && { phone_number_id }) },
      }),
    ).then(
      (connection) => leave(tenant_id, connection),
      (error: unknown) => {
        const choice = choiceIn(error);
        if (choice) {
          keep({ ...signUp, choice });
          setSignUp({ ...signUp, choice });
        } else {
          setFailure(error);
        }
      },
    );
  }, [signUp, code, state, leave]);

  const home = (
    <Button component={Link} to={signUp ? `/t/${signUp.tenant_id}/connections` : "/"} variant="default">
      {t.toConnections}
    </Button>
  );
  if (expired) {
    return (
      <EmptyState icon={<IconPlugConnectedX size={26} />} title={t.choiceExpired} action={home}>
        {t.choiceExpiredHint}
      </EmptyState>
    );
  }
  if (signUp?.choice) {
    return (
      <ChooseNumber
        tenantId={signUp.tenant_id}
        choice={signUp.choice}
        onConnected={(connection) => leave(signUp.tenant_id, connection)}
        onExpired={() => {
          forget();
          setExpired(true);
        }}
        onCancelled={() => leave(signUp.tenant_id)}
      />
    );
  }
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
