/** The message on one's own phone before it goes to many. */

import { Button, TextInput } from "@mantine/core";
import { IconDeviceMobileMessage } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { read, write } from "@/shared/lib/storage";
import { FormError } from "@/shared/ui/form-error";
import type { Campaign } from "../api/campaigns";
import { useTestSend } from "../api/report";
import classes from "./check.module.css";
import { checkMessages } from "./check-messages";
import { useFirstRecipients } from "./person-preview";

const STORED = "curbe.campaigns.test";

export function TestPanel({ campaign }: { campaign: Campaign }) {
  const t = useMessages(checkMessages);
  const refusal = useRefusal();
  const test = useTestSend(campaign.id);
  const { data } = useFirstRecipients(campaign);
  const [to, setTo] = useState(() => read(STORED) ?? "");
  const [typed, setTyped] = useState<Record<string, string>>({});
  const first = data?.items[0]?.variables ?? {};
  const given = (name: string) => typed[name] ?? first[name] ?? "";
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!to.trim()) return;
    write(STORED, to.trim());
    const variables = Object.fromEntries(
      campaign.variables.map(({ name }) => [name, given(name)]).filter(([, value]) => value !== ""),
    );
    test.mutate({ to: [to.trim()], variables });
  };
  return (
    <form className={classes["card"]} onSubmit={send}>
      <h2 className={classes["name"]}>
        <IconDeviceMobileMessage size={18} aria-hidden="true" /> {t.test}
      </h2>
      <p className={classes["hint"]}>{t.testHint}</p>
      <TextInput
        type="tel"
        label={t.testTo}
        placeholder="+34 611 000 001"
        value={to}
        maxLength={40}
        onChange={(event) => setTo(event.currentTarget.value)}
      />
      {campaign.variables.map(({ name }) => (
        <TextInput
          key={name}
          label={t.variable(name)}
          value={given(name)}
          onChange={(event) => {
            const value = event.currentTarget.value;
            setTyped((former) => ({ ...former, [name]: value }));
          }}
        />
      ))}
      <Button type="submit" variant="default" loading={test.isPending} disabled={!to.trim()}>
        {t.testSend}
      </Button>
      <span role="status" className={classes["sent"]}>
        {test.isSuccess && t.testSent}
      </span>
      {test.error && <FormError>{refusal(test.error)}</FormError>}
    </form>
  );
}
