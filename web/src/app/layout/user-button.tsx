/** Who one is; behind it language, theme, shortcuts and the way out. */

import { lazy } from "react";
import { useMessages } from "@/shared/i18n/language";
import type { Membership } from "@/shared/session/session";
import { useSession } from "@/shared/session/session-context";
import { Avatar } from "@/shared/ui/avatar";
import { OverlayOnDemand } from "@/shared/ui/overlay-on-demand";
import classes from "./frame.module.css";
import { frameMessages } from "./messages";

const load = () => import("./user-menu");
const Menu = lazy(async () => ({ default: (await load()).UserMenu }));

export function UserButton({ tenant }: { tenant: Membership | null }) {
  const t = useMessages(frameMessages);
  const { user } = useSession();
  const name = user.name || user.email;
  return (
    <OverlayOnDemand
      load={load}
      overlay={Menu}
      given={{ tenant }}
      button={{
        className: classes["user"],
        "aria-label": `${t.account}: ${name}`,
        children: <Avatar name={name} seed={user.id} size={34} />,
      }}
    />
  );
}
