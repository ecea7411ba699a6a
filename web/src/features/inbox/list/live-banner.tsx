/** Says that the screen may be behind, once it has been so for a moment: a blink of the connection is nobody's business. Whoever hears it hears when that is over. */

import { useEffect, useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useLinkStatus } from "@/shared/store/hooks";
import { Unseen } from "@/shared/ui/unseen";
import classes from "./live-banner.module.css";
import { listMessages } from "./messages";

const PATIENCE = 2_500;
const TOLD = ["reconnecting", "polling", "offline", "ended"] as const;

export function LiveBanner() {
  const t = useMessages(listMessages);
  const status = useLinkStatus();
  const told = TOLD.find((one) => one === status);
  const troubled = told !== undefined;
  const [late, setLate] = useState(false);
  const [wasLate, setWasLate] = useState(false);
  useEffect(() => {
    if (!troubled) return setLate(false);
    const timer = setTimeout(() => {
      setLate(true);
      setWasLate(true);
    }, PATIENCE);
    return () => clearTimeout(timer);
  }, [troubled]);
  return (
    <div role="status" className={classes["banner"]} data-status={late ? told : undefined}>
      {late && told && t.live[told]}
      {wasLate && status === "live" && <Unseen>{t.live.back}</Unseen>}
    </div>
  );
}
