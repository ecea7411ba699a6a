/** Whom the campaign that this one is made from went to: they are chosen anew, and what was asked of the inbox can be filled in again. */

import { Button } from "@mantine/core";
import { IconFileSpreadsheet, IconMessages, IconUsers } from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import { Row, Rows } from "@/shared/ui/rows";
import type { Audience, Filter } from "../api/audience";
import classes from "./people.module.css";
import { peopleMessages } from "./people-messages";

const ICONS = { file: IconFileSpreadsheet, filter: IconMessages, list: IconUsers } as const;

/** Where people came from, in the reader's words. */
export function useSource({ kind: told, filename }: Pick<Audience, "kind" | "filename">) {
  const t = useMessages(peopleMessages);
  const kind = told in ICONS ? (told as keyof typeof ICONS) : "list";
  const name = kind === "file" ? t.fromFile(filename ?? "") : kind === "filter" ? t.fromInbox : t.fromList;
  return { kind, Icon: ICONS[kind], name };
}

/** What was asked of the inbox; null for people who came from elsewhere. */
export function filterOf(audience: Audience | undefined): Filter | null {
  return audience?.kind === "filter" ? (audience.described as Filter) : null;
}

interface FormerPeopleProps {
  audiences: readonly Audience[];
  /** What was asked of the inbox is to be filled in. */
  onFilter: (filter: Filter) => void;
}

export function FormerPeople({ audiences, onFilter }: FormerPeopleProps) {
  const t = useMessages(peopleMessages);
  return (
    <section>
      <h2 className={classes["subtitle"]}>{t.former}</h2>
      <Rows label={t.former}>
        {audiences.map((one) => (
          <FormerRow key={one.id} audience={one} onFilter={onFilter} />
        ))}
      </Rows>
    </section>
  );
}

function FormerRow({ audience, onFilter }: { audience: Audience } & Pick<FormerPeopleProps, "onFilter">) {
  const t = useMessages(peopleMessages);
  const { kind, Icon, name } = useSource(audience);
  const filter = filterOf(audience);
  return (
    <Row
      lead={<Icon size={20} stroke={1.6} aria-hidden="true" />}
      title={name}
      hint={{ file: t.formerFile, filter: t.formerInbox, list: t.formerList }[kind]}
      actions={
        filter && (
          <Button variant="default" size="xs" onClick={() => onFilter(filter)}>
            {t.fillIn}
          </Button>
        )
      }
    />
  );
}
