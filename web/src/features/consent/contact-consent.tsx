/** What a person said about being written to: what counts now, everything they said, and writing down what they say. */

import { Button } from "@mantine/core";
import { IconPencilPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { ToneWord } from "@/shared/ui/tone";
import { type Ledger, useLedger } from "./api/consent";
import classes from "./contact/contact.module.css";
import { LedgerLines } from "./contact/ledger-lines";
import { contactConsentMessages } from "./contact/messages";
import { RecordDialog } from "./contact/record-dialog";
import { consentMessages } from "./messages";
import { CATEGORIES, wordOn } from "./model/standing";

interface ContactConsentProps {
  contact: { id: string; name: string };
}

export function ContactConsent({ contact }: ContactConsentProps) {
  const t = useMessages(contactConsentMessages);
  const { can } = useTenant();
  const { data: ledger, error, refetch } = useLedger(contact.id);
  const [recording, setRecording] = useState(false);
  return (
    <section className={classes["section"]} aria-label={t.title}>
      <h3 className={classes["heading"]}>{t.title}</h3>
      {error && !ledger && (
        <p className={classes["quiet"]} role="alert">
          {t.failed}{" "}
          <button type="button" className={classes["link"]} onClick={() => void refetch()}>
            {t.retry}
          </button>
        </p>
      )}
      {ledger && (
        <>
          <Standing ledger={ledger} />
          <LedgerLines items={ledger.items} />
        </>
      )}
      {ledger && can("consent:write") && (
        <Button
          size="compact-sm"
          variant="default"
          mt={8}
          leftSection={<IconPencilPlus size={15} stroke={1.7} />}
          onClick={() => setRecording(true)}
        >
          {t.record}
        </Button>
      )}
      {ledger && recording && (
        <RecordDialog contact={contact} ledger={ledger} onClose={() => setRecording(false)} />
      )}
    </section>
  );
}

function Standing({ ledger }: { ledger: Ledger }) {
  const t = useMessages(contactConsentMessages);
  const c = useMessages(consentMessages);
  const format = useFormat();
  return (
    <dl className={classes["standing"]}>
      {CATEGORIES.map((category) => {
        const word = wordOn(category, ledger);
        return (
          <div key={category}>
            <dt>{c.category[category]}</dt>
            <dd>
              {word === null ? (
                <ToneWord tone="quiet">{t.nothing}</ToneWord>
              ) : (
                <>
                  <ToneWord tone={word.state === "in" ? "good" : "bad"}>{c.said[word.state]}</ToneWord>{" "}
                  <span className={classes["quiet"]}>{t.since(format.date(word.at))}</span>
                </>
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
