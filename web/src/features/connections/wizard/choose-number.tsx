/** A sign-up that granted several numbers: which of them is it? */

import { Button } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import { isProblem } from "@/shared/api/problem";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { FormError } from "@/shared/ui/form-error";
import { ToneWord } from "@/shared/ui/tone";
import { at, type Connection } from "../api/status";
import { numberStatusOf } from "../standing";
import classes from "./choose-number.module.css";
import { Path } from "./choose-path";
import { wizardMessages } from "./messages";
import type { Choice } from "./sign-up";

interface ChooseNumberProps {
  tenantId: string;
  choice: Choice;
  onConnected: (connection: Connection) => void;
  onExpired: () => void;
  onCancelled: () => void;
}

export function ChooseNumber({ tenantId, choice, onConnected, onExpired, onCancelled }: ChooseNumberProps) {
  const t = useMessages(wizardMessages);
  const format = useFormat();
  const refusal = useRefusal();
  const { choice_id } = choice;
  const params = at(tenantId);
  const connect = useMutation({
    mutationFn: (phone_number_id: string) =>
      answer(
        api.POST("/api/tenants/{tenant_id}/whatsapp/connect/choose", {
          params,
          body: { choice_id, phone_number_id },
        }),
      ),
    onSuccess: onConnected,
    onError: (error) => isProblem(error, "choice_expired") && onExpired(),
  });
  const cancel = useMutation({
    mutationFn: () =>
      answer(api.POST("/api/tenants/{tenant_id}/whatsapp/connect/cancel", { params, body: { choice_id } })),
    onSettled: onCancelled, // what is not cancelled expires
  });
  const busy = connect.isPending || cancel.isPending;
  return (
    <div className={classes["page"]}>
      <h1 className={classes["title"]}>{t.choose}</h1>
      <p className={classes["hint"]}>{t.chooseHint(format.time(choice.expires_at))}</p>
      {choice.choices.map(({ phone_number_id, phone_number_spelled, display_name, number_status }) => {
        const status = numberStatusOf(number_status);
        return (
          <Path
            key={phone_number_id}
            icon={<IconPhone size={24} stroke={1.6} />}
            title={phone_number_spelled ?? phone_number_id}
            disabled={busy}
            onChoose={() => connect.mutate(phone_number_id)}
          >
            <span className={classes["about"]}>
              {display_name} <ToneWord tone={status.tone}>{t.numberStatus[status.word]}</ToneWord>
            </span>
          </Path>
        );
      })}
      {connect.error && <FormError>{refusal(connect.error)}</FormError>}
      <Button variant="subtle" color="gray" mt={8} disabled={busy} onClick={() => cancel.mutate()}>
        {t.chooseNone}
      </Button>
    </div>
  );
}
