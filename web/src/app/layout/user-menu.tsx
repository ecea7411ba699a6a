/** Who one is; language, theme, shortcuts, the way out. */

import { type MantineColorScheme, Menu, useMantineColorScheme } from "@mantine/core";
import {
  IconDeviceDesktop,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconShieldLock,
  IconSun,
  IconUser,
} from "@tabler/icons-react";
import { useLocation } from "wouter";
import { problemMessages, problemWords } from "@/shared/api/problem-words";
import { LANGUAGE_NAMES, LANGUAGES, type Language } from "@/shared/i18n/catalogue";
import { useLanguage, useMessages } from "@/shared/i18n/language";
import { shortcutsHelp } from "@/shared/lib/frame";
import { useChooseLanguage } from "@/shared/session/choose-language";
import type { Membership } from "@/shared/session/session";
import { useSession } from "@/shared/session/session-context";
import { signOut } from "@/shared/session/sign-out";
import { tellFailed } from "@/shared/ui/notices";
import { type OverlayProps, useOpenAtOnce } from "@/shared/ui/overlay-on-demand";
import classes from "./frame.module.css";
import { frameMessages } from "./messages";

const ICON = { size: 16, stroke: 1.7 } as const;
const SCHEMES = [
  ["light", <IconSun {...ICON} key="light" />],
  ["dark", <IconMoon {...ICON} key="dark" />],
  ["auto", <IconDeviceDesktop {...ICON} key="auto" />],
] as const;

export function UserMenu({ tenant, button }: { tenant: Membership | null } & OverlayProps) {
  const { target, opened, setOpened } = useOpenAtOnce();
  const t = useMessages(frameMessages);
  const problems = useMessages(problemMessages);
  const { user } = useSession();
  const { language } = useLanguage();
  const chooseLanguage = useChooseLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [, navigate] = useLocation();
  return (
    <Menu position="right-end" width={250} opened={opened} onChange={setOpened} returnFocus>
      <Menu.Target>
        <button type="button" {...button} ref={target} />
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes["who"]}>
          <strong>{user.name}</strong>
          <span>{user.email}</span>
        </div>
        <Menu.Divider />
        {tenant && (
          <>
            <Menu.Item
              leftSection={<IconUser {...ICON} />}
              onClick={() => navigate(`/t/${tenant.tenant_id}/settings/profile`)}
            >
              {t.profile}
            </Menu.Item>
            <Menu.Item
              leftSection={<IconShieldLock {...ICON} />}
              onClick={() => navigate(`/t/${tenant.tenant_id}/settings/security`)}
            >
              {t.security}
            </Menu.Item>
          </>
        )}
        <Menu.Item leftSection={<IconKeyboard {...ICON} />} onClick={() => shortcutsHelp.set(true)}>
          {t.shortcuts}
        </Menu.Item>
        <Menu.Label>{t.theme}</Menu.Label>
        <Menu.RadioGroup
          value={colorScheme}
          onChange={(scheme) => setColorScheme(scheme as MantineColorScheme)}
        >
          {SCHEMES.map(([scheme, icon]) => (
            <Menu.RadioItem key={scheme} value={scheme} rightSection={icon} closeMenuOnClick={false}>
              {t[scheme]}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Label>{t.language}</Menu.Label>
        <Menu.RadioGroup value={language} onChange={(chosen) => chooseLanguage(chosen as Language)}>
          {LANGUAGES.map((one) => (
            <Menu.RadioItem key={one} lang={one} value={one} closeMenuOnClick={false}>
              {LANGUAGE_NAMES[one]}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLogout {...ICON} />}
          onClick={() => signOut().catch((error: unknown) => tellFailed(problemWords(error, problems).title))}
        >
          {t.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
