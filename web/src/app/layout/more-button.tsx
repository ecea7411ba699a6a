/** The last of a phone's bar: what has no room in it comes up as a sheet, loaded when somebody is about to open it. */

import { IconDots } from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { useLocation } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import type { Membership } from "@/shared/session/session";
import { part } from "@/shared/ui/part";
import classes from "./frame.module.css";
import { frameMessages } from "./messages";
import { isWithin, type Place } from "./places";

const load = () => import("./more-sheet");
const Sheet = part(async () => (await load()).MoreSheet, "over");

interface MoreButtonProps {
  tenant: Membership | null;
  places: readonly Place[];
}

export function MoreButton({ tenant, places }: MoreButtonProps) {
  const t = useMessages(frameMessages);
  const [location] = useLocation();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <button
        type="button"
        className={`${classes["link"]} ${classes["more"]}`}
        aria-haspopup="dialog"
        aria-expanded={opened}
        data-current={places.some((place) => isWithin(location, place)) || undefined}
        onPointerEnter={() => void load().catch(() => {})} // a failure is told when it is wanted
        onClick={() => setOpened(true)}
      >
        <IconDots size={22} stroke={1.6} />
        <span className={classes["label"]}>{t.more}</span>
      </button>
      {opened && (
        <Suspense>
          <Sheet tenant={tenant} places={places} onClose={() => setOpened(false)} />
        </Suspense>
      )}
    </>
  );
}
