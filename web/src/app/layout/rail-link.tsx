import { Link, useLocation } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import classes from "./frame.module.css";
import { frameMessages } from "./messages";
import { isWithin, type Place } from "./places";

export interface Badge {
  text: string;
  words: string;
  /** Something went wrong there. */
  alarm: boolean;
}

interface RailLinkProps {
  place: Place;
  /** Whether a phone shows it behind "More". */
  beyond: boolean;
  badge: Badge | null;
}

export function RailLink({ place, beyond, badge }: RailLinkProps) {
  const t = useMessages(frameMessages);
  const [location] = useLocation();
  const label = t[place.name];
  return (
    <Link
      to={place.to}
      className={classes["link"]}
      data-beyond={beyond || undefined}
      aria-current={isWithin(location, place) ? "page" : undefined}
      aria-label={badge ? `${label}, ${badge.words}` : label}
    >
      <place.icon size={22} stroke={1.6} />
      <span className={classes["label"]}>{label}</span>
      {badge && (
        <span className={classes["badge"]} data-count={badge.text} data-alarm={badge.alarm || undefined} />
      )}
    </Link>
  );
}
