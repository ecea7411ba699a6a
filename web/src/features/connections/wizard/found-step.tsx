/** What Meta knows of the number, before anything is stored; and the country it is for. */

import { Button, Group } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { Avatar } from "@/shared/ui/avatar";
import { CountrySelect } from "@/shared/ui/country-select";
import { FormError } from "@/shared/ui/form-error";
import { ToneWord } from "@/shared/ui/tone";
import { type Credentials, useConnect } from "../api/actions";
import type { Connection, TrialResult } from "../api/status";
import { checkMessages } from "../check-messages";
import { cardMessages } from "../messages";
import { limitOf, nameOf, qualityOf, tokenOf } from "../standing";
import { useCheckWords } from "../test-result";
import classes from "./found-step.module.css";
import { wizardMessages } from "./messages";

interface FoundStepProps {
  credentials: Credentials;
  result: TrialResult;
  /** What it was when it was connected before. */
  country: string | null;
  onBack: () => void;
  onConnected: (connection: Connection) => void;
}

export function FoundStep({ credentials, result, country, onBack, onConnected }: FoundStepProps) {
  const t = useMessages(wizardMessages);
  const card = useMessages(cardMessages);
  const checks = useMessages(checkMessages);
  const refusal = useRefusal();
  const words = useCheckWords();
  const format = useFormat();
  const connect = useConnect();
  const { found } = result;
  const [chosen, setChosen] = useState(country ?? found?.country_id ?? null);
  if (!found) return null;
  const phone = found.phone_number_spelled ?? found.phone_number_id;
  const quality = qualityOf(found.quality_rating);
  const name = nameOf(found.name_status);
  const token = tokenOf(found.token_expires_at, Date.now());
  const people = limitOf(found.messaging_limit);
  // A subscription that is not there yet is made by connecting.
  const warnings = result.checks.filter((check) => !check.ok && check.name !== "subscription");
  return (
    <>
      <p className={classes["works"]}>
        <IconCircleCheck size={20} aria-hidden="true" /> {checks.works}
      </p>
      <section className={classes["found"]} aria-label={t.found}>
        <div className={classes["head"]}>
          <Avatar name={found.display_name ?? phone} seed={found.phone_number_id} size={44} />
          <div>
            <p className={classes["name"]}>{found.display_name ?? phone}</p>
            <p className={classes["phone"]}>{phone}</p>
          </div>
        </div>
        <dl className={classes["facts"]}>
          <Fact label={t.quality}>
            <ToneWord tone={quality.tone}>{card.quality[quality.word]}</ToneWord>
          </Fact>
          <Fact label={t.limit}>
            {people === null
              ? card.limitUnknown
              : people === Number.POSITIVE_INFINITY
                ? card.limitNone
                : card.limit(format.number(people))}
          </Fact>
          <Fact label={t.name}>
            <ToneWord tone={name.tone}>{card.name[name.word]}</ToneWord>
          </Fact>
          <Fact label={t.tokenEnd}>
            <ToneWord tone={token.tone}>
              {token.word === "endless"
                ? card.token.endless
                : card.tokenEnds(format.relative(found.token_expires_at ?? ""))}
            </ToneWord>
          </Fact>
        </dl>
      </section>
      {warnings.map((check) => (
        <FormError tone="warn" key={check.name}>
          {words(check).told} {words(check).fix}
        </FormError>
      ))}
      <div className={classes["country"]}>
        <CountrySelect label={t.country} description={t.countryHint} value={chosen} onChange={setChosen} />
      </div>
      {connect.error && <FormError>{refusal(connect.error)}</FormError>}
      <Group justify="space-between" mt={24}>
        <Button variant="subtle" color="gray" onClick={onBack} disabled={connect.isPending}>
          {t.back}
        </Button>
        <Button
          loading={connect.isPending}
          onClick={() => connect.mutate({ ...credentials, country_id: chosen }, { onSuccess: onConnected })}
          data-autofocus
        >
          {t.connect}
        </Button>
      </Group>
    </>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt className={classes["label"]}>{label}</dt>
      <dd className={classes["value"]}>{children}</dd>
    </div>
  );
}
