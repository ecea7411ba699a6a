/** A place: a drawn card with its coordinates and a link. No tiles of anybody's map are loaded. */

import { IconExternalLink, IconMapPinFilled } from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import { safeUrl } from "@/shared/whatsapp/links";
import { threadMessages } from "../messages";
import type { Place } from "../model/shape";
import classes from "./place.module.css";

export function PlaceCard({ place }: { place: Place }) {
  const t = useMessages(threadMessages);
  const coordinates = `${place.latitude.toFixed(5)}, ${place.longitude.toFixed(5)}`;
  const map = `https://www.google.com/maps/search/?api=1&query=${place.latitude},${place.longitude}`;
  const own = safeUrl(place.url);
  return (
    <div className={classes["place"]}>
      <a
        className={classes["map"]}
        href={map}
        target="_blank"
        rel="noopener noreferrer"
        aria-label={`${t.openMap}: ${coordinates}`}
      >
        <IconMapPinFilled size={34} className={classes["pin"] ?? ""} aria-hidden="true" />
        <span className={classes["coordinates"]}>{coordinates}</span>
      </a>
      {(place.name || place.address) && (
        <div className={classes["words"]}>
          {place.name && <strong>{place.name}</strong>}
          {place.address && <span>{place.address}</span>}
        </div>
      )}
      <div className={classes["links"]}>
        <a href={map} target="_blank" rel="noopener noreferrer">
          {t.openMap} <IconExternalLink size={13} aria-hidden="true" />
        </a>
        {own && (
          <a href={own} target="_blank" rel="noopener noreferrer nofollow">
            {new URL(own).hostname} <IconExternalLink size={13} aria-hidden="true" />
          </a>
        )}
      </div>
    </div>
  );
}
