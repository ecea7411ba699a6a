/** The message with the values of those who will get it, one after the other. */

import { ActionIcon } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTemplates } from "@/shared/api/templates";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useDirectory } from "@/shared/store/hooks";
import { PhonePreview } from "@/shared/whatsapp/phone-preview";
import { type Campaign, keys } from "../api/campaigns";
import { recipientsPage } from "../api/report";
import { fillingsIn, isOf, lookOf } from "../model/composing";
import classes from "./check.module.css";
import { checkMessages } from "./check-messages";

const SOME = 10;

/** The first recipients: whose values the preview and the test begin with. */
export function useFirstRecipients(campaign: Campaign) {
  const { tenant_id } = useTenant();
  return useQuery({
    queryKey: [...keys.recipients(tenant_id, campaign.id), "first", campaign.updated_at],
    queryFn: ({ signal }) =>
      recipientsPage(tenant_id, campaign.id, { outcome: null, cursor: undefined, limit: SOME }, signal),
  });
}

export function PersonPreview({ campaign }: { campaign: Campaign }) {
  const t = useMessages(checkMessages);
  const format = useFormat();
  const { tenant_id } = useTenant();
  const templates = useTemplates(tenant_id, campaign.connection_id);
  const connection = useDirectory("connections").get(campaign.connection_id);
  const { data } = useFirstRecipients(campaign);
  const [place, setPlace] = useState(0);
  const template = templates.data?.find((one) => isOf(one, campaign));
  const people = data?.items ?? [];
  const person = people[Math.min(place, people.length - 1)];
  const look = template
    ? lookOf(template.components, fillingsIn(campaign, template.components), person?.variables)
    : null;
  const step = (by: number) => setPlace((now) => (now + by + people.length) % people.length);
  return (
    <PhonePreview
      preview={look}
      from={connection?.name ?? ""}
      caption={
        person && (
          <span className={classes["person"]}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={32}
              aria-label={t.before}
              onClick={() => step(-1)}
            >
              <IconChevronLeft size={18} />
            </ActionIcon>
            <span role="status">
              {person.name ?? person.phone}
              <br />
              {t.person(format.number(place + 1), format.number(people.length))}
            </span>
            <ActionIcon variant="subtle" color="gray" size={32} aria-label={t.after} onClick={() => step(1)}>
              <IconChevronRight size={18} />
            </ActionIcon>
          </span>
        )
      }
    />
  );
}
