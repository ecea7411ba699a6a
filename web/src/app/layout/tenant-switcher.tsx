/** The workspace one is in, and the way to the others. */

import { lazy } from "react";
import { useMessages } from "@/shared/i18n/language";
import { initialsOf } from "@/shared/lib/color";
import type { Membership } from "@/shared/session/session";
import { useSession } from "@/shared/session/session-context";
import { Mark } from "@/shared/ui/mark";
import { OverlayOnDemand } from "@/shared/ui/overlay-on-demand";
import classes from "./frame.module.css";
import { frameMessages } from "./messages";

const load = () => import("./tenant-menu");
const Menu = lazy(async () => ({ default: (await load()).TenantMenu }));

export function TenantSwitcher({ tenant }: { tenant: Membership | null }) {
  const t = useMessages(frameMessages);
  const { memberships } = useSession();
  const sign = tenant ? (
    <span className={classes["tenant"]} data-initials={initialsOf(tenant.tenant_name)} />
  ) : (
    <Mark size={34} />
  );
  const others = memberships.some((one) => one.tenant_id !== tenant?.tenant_id);
  if (!others) {
    return (
      <div className={classes["switcher"]} title={tenant?.tenant_name}>
        {sign}
      </div>
    );
  }
  const name = tenant ? `${t.switchTenant}: ${tenant.tenant_name}` : t.switchTenant;
  return (
    <OverlayOnDemand
      load={load}
      overlay={Menu}
      given={{ tenant }}
      button={{
        className: classes["switcher"],
        "aria-label": name,
        title: tenant?.tenant_name,
        children: sign,
      }}
    />
  );
}
