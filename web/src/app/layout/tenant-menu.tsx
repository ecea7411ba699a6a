/** The workspaces one may switch to. */

import { Menu } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useLocation } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { initialsOf } from "@/shared/lib/color";
import type { Membership } from "@/shared/session/session";
import { useSession } from "@/shared/session/session-context";
import { type OverlayProps, useOpenAtOnce } from "@/shared/ui/overlay-on-demand";
import classes from "./frame.module.css";
import { frameMessages } from "./messages";

export function TenantMenu({ tenant, button }: { tenant: Membership | null } & OverlayProps) {
  const t = useMessages(frameMessages);
  const { memberships } = useSession();
  const [, navigate] = useLocation();
  const { target, opened, setOpened } = useOpenAtOnce();
  return (
    <Menu position="right-start" width={260} opened={opened} onChange={setOpened} returnFocus>
      <Menu.Target>
        <button type="button" {...button} ref={target} />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t.workspaces}</Menu.Label>
        {memberships.map((one) => (
          <Menu.Item
            key={one.tenant_id}
            leftSection={<span className={classes["tenant"]} data-initials={initialsOf(one.tenant_name)} />}
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
