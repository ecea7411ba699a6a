import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import classes from "./frame.module.css";

interface RailLinkProps {
  to: string;
  /** The addresses below which this is the current place. */
  within: string;
  icon: ReactNode;
  label: string;
  badge?: string | null;
  badgeLabel?: string;
}

export function RailLink({ to, within, icon, label, badge, badgeLabel }: RailLinkProps) {
  const [location] = useLocation();
  const current = location === within || location.startsWith(`${within}/`);
  return (
    <Link
      to={to}
      className={classes["link"]}
      aria-current={current ? "page" : undefined}
      aria-label={badge ? `${label}, ${badgeLabel}` : label}
    >
      {icon}
      <span className={classes["label"]}>{label}</span>
      {badge && <span className={classes["badge"]} data-count={badge} />}
    </Link>
  );
}
