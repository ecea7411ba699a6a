/** A page of settings beside the list of them. */

import { type ReactNode, useEffect, useRef } from "react";
import { Link, useParams } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { useSession, useTenantOrNull } from "@/shared/session/session-context";
import { frameMessages } from "./layout/messages";
import { OPERATOR, SETTINGS, type SettingsName } from "./pages";
import classes from "./settings-page.module.css";

const MINE = new Set<string>(["profile", "security"]);

interface SettingsPageProps {
  current: string;
  operator?: boolean;
  children: ReactNode;
}

export function SettingsPage({ current, operator = false, children }: SettingsPageProps) {
  const t = useMessages(frameMessages);
  return (
    <div className={classes["settings"]}>
      <nav className={classes["menu"]} aria-label={operator ? t.operator : t.settings}>
        {operator ? <OperatorMenu current={current} /> : <TenantMenu current={current} />}
      </nav>
      <div className={classes["page"]}>{children}</div>
    </div>
  );
}

function TenantMenu({ current }: { current: string }) {
  const t = useMessages(frameMessages);
  const tenant = useTenantOrNull();
  const { embedded } = useSession();
  const base = `/t/${useParams<{ tenant: string }>().tenant}/settings`;
  const names = (Object.keys(SETTINGS) as SettingsName[]).filter((name) => {
    const { scope } = SETTINGS[name];
    if (embedded && name === "security") return false;
    return !scope || tenant?.can(scope);
  });
  const group = (label: string, shown: SettingsName[]) =>
    shown.length > 0 && (
      <>
        <p className={classes["group"]}>{label}</p>
        {shown.map((name) => (
          <Item to={`${base}/${name}`} current={name === current} key={name}>
            {t[name]}
          </Item>
        ))}
      </>
    );
  return (
    <>
      {group(
        t.you,
        names.filter((name) => MINE.has(name)),
      )}
      {group(
        t.workspace,
        names.filter((name) => !MINE.has(name)),
      )}
    </>
  );
}

function OperatorMenu({ current }: { current: string }) {
  const t = useMessages(frameMessages);
  return (
    <>
      <p className={classes["group"]}>{t.operator}</p>
      {(Object.keys(OPERATOR) as (keyof typeof OPERATOR)[]).map((name) => (
        <Item to={`/operator/${name}`} current={name === current} key={name}>
          {t[name]}
        </Item>
      ))}
    </>
  );
}

function Item({ to, current, children }: { to: string; current: boolean; children: ReactNode }) {
  const link = useRef<HTMLAnchorElement>(null);
  // On phones the list is a line that is wider than they are.
  useEffect(() => {
    if (current) link.current?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [current]);
  return (
    <Link ref={link} to={to} className={classes["item"]} aria-current={current ? "page" : undefined}>
      {children}
    </Link>
  );
}
