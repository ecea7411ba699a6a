/** The workspace one is in, and the way to the others. */

import { Menu } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useLocation } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { initialsOf } from "@/shared/lib/color";
import type { Membership } from "@/shared/session/session";
import { useSession } from "@/shared/session/session-context";
import { Mark } from "@/shared/ui/mark";
import classes from "./frame.module.css";
import { frameMessages } from "./messages";

export function TenantSwitcher({ tenant }: { tenant: Membership | null }) {
  const t = useMessages(frameMessages);
  const { memberships } = useSession();
  const [, navigate] = useLocation();
  const sign = tenant ? (
    <span className={classes["tenant"]}>{initialsOf(tenant.tenant_name)}</span>
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
  return (
    <Menu position="right-start" width={260}>
      <Menu.Target>
        <button
          type="button"
          className={classes["switcher"]}
          aria-label={`${t.switchTenant}: ${tenant?.tenant_name ?? ""}`}
        >
          {sign}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t.workspaces}</Menu.Label>
        {memberships.map((one) => (
          <Menu.Item
            key={one.tenant_id}
            leftSection={<span className={classes["tenant"]}>{initialsOf(one.tenant_name)}</span>}
            rightSection={one.tenant_id === tenant?.tenant_id ? <IconCheck size={16} /> : null}
            onClick={() => navigate(`/t/${one.tenant_id}/inbox`)}
          >
            {one.tenant_name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
