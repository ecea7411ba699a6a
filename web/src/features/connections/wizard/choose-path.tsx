/** Meta's sign-up, or by hand. */

import { IconChevronRight, IconDeviceMobileMessage, IconForms, IconWorldShare } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { FormError } from "@/shared/ui/form-error";
import { useStartBesideApp } from "../api/actions";
import type { Connection, Started } from "../api/status";
import classes from "./choose-path.module.css";
import { wizardMessages } from "./messages";
import { begin } from "./sign-up";

interface ChoosePathProps {
  started: Started;
  /** A number that is connected again. */
  again: Connection | null;
  onByHand: () => void;
}

export function ChoosePath({ started, again, onByHand }: ChoosePathProps) {
  const t = useMessages(wizardMessages);
  const { tenant_id } = useTenant();
  const refusal = useRefusal();
  const beside = useStartBesideApp();
  const { connectUrl: url, redirect_uri } = started;
  const leave = (to: string) =>
    redirect_uri &&
    begin({ tenant_id, redirect_uri, phone_number_id: again?.phone_number_id ?? undefined }, to);
  return (
    <>
      <p className={classes["question"]}>{t.path}</p>
      {url && redirect_uri && (
        <Path
          icon={<IconWorldShare size={24} stroke={1.6} />}
          title={t.signUp}
          mark={t.recommended}
          onChoose={() => leave(url)}
        >
          {t.signUpHint}
        </Path>
      )}
      {url && redirect_uri && (
        <Path
          icon={<IconDeviceMobileMessage size={24} stroke={1.6} />}
          title={t.besideApp}
          onChoose={() =>
            beside.mutate(redirect_uri, {
              onSuccess: ({ connectUrl }) => connectUrl && leave(connectUrl),
            })
          }
        >
          {t.besideAppHint}
        </Path>
      )}
      {beside.error && <FormError>{refusal(beside.error)}</FormError>}
      <Path icon={<IconForms size={24} stroke={1.6} />} title={t.byHand} onChoose={onByHand}>
        {t.byHandHint}
      </Path>
    </>
  );
}

interface PathProps {
  icon: ReactNode;
  title: string;
  mark?: string;
  disabled?: boolean;
  children: ReactNode;
  onChoose: () => void;
}

export function Path({ icon, title, mark, disabled, children, onChoose }: PathProps) {
  return (
    <button type="button" className={classes["path"]} disabled={disabled} onClick={onChoose}>
      <span className={classes["icon"]}>{icon}</span>
      <span className={classes["words"]}>
        <span className={classes["title"]}>
          {title} {mark && <span className={classes["mark"]}>{mark}</span>}
        </span>
        <span className={classes["hint"]}>{children}</span>
      </span>
      <IconChevronRight size={20} className={classes["go"]} aria-hidden="true" />
    </button>
  );
}
