/** Connects a number: choose how, show what Meta gave, see what Meta knows, done. */

import { Loader } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { Dialog } from "@/shared/ui/dialog";
import { ErrorState } from "@/shared/ui/error-state";
import { useClosing } from "@/shared/ui/leave-question";
import { uiMessages } from "@/shared/ui/messages";
import type { Credentials } from "../api/actions";
import { type Connection, startQuery, type TrialResult } from "../api/status";
import { ChoosePath } from "./choose-path";
import classes from "./connect-wizard.module.css";
import { Connected } from "./connected";
import { CredentialsForm } from "./credentials-form";
import { FoundStep } from "./found-step";
import { wizardMessages } from "./messages";
import { signUpReturn } from "./sign-up";
import { EMPTY, type Typed } from "./typed";

interface ConnectWizardProps {
  /** A number that is connected anew, or given another token. */
  again: Connection | null;
  onClose: () => void;
}

type Step =
  | { name: "path" }
  | { name: "credentials" }
  | { name: "found"; credentials: Credentials; result: TrialResult }
  | { name: "done"; connection: Connection };

export function ConnectWizard({ again, onClose }: ConnectWizardProps) {
  const t = useMessages(wizardMessages);
  const ui = useMessages(uiMessages);
  const phone = useMediaQuery("(max-width: 759.98px)", false, { getInitialValueInEffect: false });
  const { tenant_id } = useTenant();
  const start = useQuery(startQuery(tenant_id, signUpReturn()));
  const [chosen, setStep] = useState<Step | null>(null);
  // Kept over a step back; gone with the dialog.
  const [typed, setTyped] = useState<Typed>(() => typedOf(again));
  const hasSignUp = start.data?.mode === "embedded_signup";
  const step: Step = chosen ?? { name: hasSignUp ? "path" : "credentials" };
  const wouldLose = step.name !== "done" && typed.access_token !== "";
  const { close, asking, question } = useClosing(wouldLose, onClose);
  const name = again?.display_name ?? again?.phone_number_spelled ?? null;
  return (
    <Dialog
      opened
      onClose={close}
      title={name ? t.titleAgain(name) : t.title}
      size={560}
      fullScreen={phone}
      closeOnClickOutside={!wouldLose}
      closeOnEscape={!asking}
      closeButtonProps={{ "aria-label": ui.close }}
      classNames={{ header: classes["header"], title: classes["title"], body: classes["body"] }}
    >
      {start.isPending && <Loader className={classes["loading"]} aria-label={ui.loading} />}
      {start.error && <ErrorState error={start.error} onRetry={() => void start.refetch()} />}
      {start.data && (
        <>
          {step.name !== "done" && <Progress step={step.name} hasPath={hasSignUp} />}
          {step.name === "path" && (
            <ChoosePath
              started={start.data}
              again={again}
              onByHand={() => setStep({ name: "credentials" })}
            />
          )}
          {step.name === "credentials" && (
            <CredentialsForm
              typed={typed}
              onType={setTyped}
              onBack={hasSignUp ? () => setStep({ name: "path" }) : null}
              onFound={(credentials, result) => setStep({ name: "found", credentials, result })}
            />
          )}
          {step.name === "found" && (
            <FoundStep
              credentials={step.credentials}
              result={step.result}
              country={again?.country_id ?? null}
              onBack={() => setStep({ name: "credentials" })}
              onConnected={(connection) => {
                setTyped(EMPTY);
                setStep({ name: "done", connection });
              }}
            />
          )}
          {step.name === "done" && (
            <Connected connection={step.connection} started={start.data} onClose={onClose} />
          )}
        </>
      )}
      {question}
    </Dialog>
  );
}

function typedOf(again: Connection | null): Typed {
  return {
    ...EMPTY,
    waba_id: again?.waba_id ?? "",
    phone_number_id: again?.phone_number_id ?? "",
  };
}

const ORDER = ["path", "credentials", "found"] as const;

function Progress({ step, hasPath }: { step: (typeof ORDER)[number]; hasPath: boolean }) {
  const t = useMessages(wizardMessages);
  const format = useFormat();
  const steps = hasPath ? ORDER : ORDER.slice(1);
  const now = steps.indexOf(step);
  return (
    <div
      className={classes["progress"]}
      role="img"
      aria-label={t.step(format.number(now + 1), format.number(steps.length))}
    >
      {steps.map((name, index) => (
        <span key={name} data-done={index <= now || undefined} />
      ))}
    </div>
  );
}
