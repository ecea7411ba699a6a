/** Meta's sign-up, or by hand. */

import { IconChevronRight, IconForms, IconWorldShare } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import type { Started } from "../api/status";
import classes from "./choose-path.module.css";
import { wizardMessages } from "./messages";
import { begin } from "./sign-up";

export function ChoosePath({ started, onByHand }: { started: Started; onByHand: () => void }) {
  const t = useMessages(wizardMessages);
  const { tenant_id } = useTenant();
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
