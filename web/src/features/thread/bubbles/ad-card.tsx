/** The ad or post that brought the person here. Its pictures lie on foreign hosts and are not loaded. */

import { IconExternalLink, IconSpeakerphone } from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import { safeUrl } from "@/shared/whatsapp/links";
import { type Json, textIn } from "@/shared/whatsapp/reading";
import { threadMessages } from "../messages";
import classes from "./ad-card.module.css";

export function AdCard({ referral }: { referral: Json }) {
  const t = useMessages(threadMessages);
  const url = safeUrl(textIn(referral["source_url"]));
  const headline = textIn(referral["headline"]);
  const body = textIn(referral["body"]);
  return (
    <div className={classes["ad"]}>
      <span className={classes["from"]}>
        <IconSpeakerphone size={13} aria-hidden="true" />
        {referral["source_type"] === "post" ? t.fromPost : t.fromAd}
      </span>
      {headline && <strong>{headline}</strong>}
      {body && <span className={classes["body"]}>{body}</span>}
      {url && (
        <a href={url} target="_blank" rel="noopener noreferrer nofollow">
          {new URL(url).hostname} <IconExternalLink size={12} aria-hidden="true" />
        </a>
      )}
    </div>
  );
}
