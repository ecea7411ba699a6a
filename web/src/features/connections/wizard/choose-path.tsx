/** Meta's sign-up, or by hand. */

import { IconChevronRight, IconDeviceMobileMessage, IconForms, IconWorldShare } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { FormError } from "@/shared/ui/form-error";
import { useStartBesideApp } from "../api/actions";
import type { Started } from "../api/status";
import classes from "./choose-path.module.css";
import { wizardMessages } from "./messages";
import { begin } from "./sign-up";

export function ChoosePath({ started, onByHand }: { started: Started; onByHand: () => void }) {
  const t = useMessages(wizardMessages);
  const { tenant_id } = useTenant();
  const refusal = useRefusal();
  const beside = useStartBesideApp();
  const { connectUrl: url, redirect_uri } = started;
  return (
    <>
      <p className={classes["question"]}>{t.path}</p>
      {url && redirect_uri && (
        <Path
          icon={<IconWorldShare size={24} stroke={1.6} />}
          title={t.signUp}
          mark={t.recommended}
          onChoose={() => begin({ tenant_id, redirect_uri }, url)}
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
              onSuccess: ({ connectUrl }) => connectUrl && begin({ tenant_id, redirect_uri }, connectUrl),
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
  children: ReactNode;
  onChoose: () => void;
}

function Path({ icon, title, mark, children, onChoose }: PathProps) {
  return (
    <button type="button" className={classes["path"]} onClick={onChoose}>
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
