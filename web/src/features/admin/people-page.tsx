/** Who works here: invite, give roles, shut out, remove. */

import { Button, TextInput } from "@mantine/core";
import { IconSearch, IconUserPlus, IconUsers } from "@tabler/icons-react";
import { useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { Rows } from "@/shared/ui/rows";
import { SettingsBody } from "@/shared/ui/settings-section";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { type Person, usePeople } from "./api/people";
import { matches } from "./matches";
import { InviteDialog } from "./people/invite-dialog";
import { peopleMessages } from "./people/messages";
import { PersonRow } from "./people/person-row";

const SEARCHED_FROM = 9; // people; fewer are seen at once

export function PeoplePage() {
  const t = useMessages(peopleMessages);
  const { data: people, error, isPending, refetch } = usePeople();
  const [inviting, setInviting] = useState<Partial<Person> | null>(null);
  const [sought, setSought] = useState("");
  const found = (people ?? []).filter((one) => matches(sought, one.name, one.email));
  const invite = (
    <Button leftSection={<IconUserPlus size={17} />} onClick={() => setInviting({})}>
      {t.invite}
    </Button>
  );
  return (
    <SettingsBody title={t.title} hint={t.hint} action={invite}>
      {isPending && <ListSkeleton rows={4} />}
      {error && !people && <ErrorState error={error} onRetry={() => void refetch()} />}
      {people && people.length >= SEARCHED_FROM && (
        <TextInput
          mt="md"
          maw={320}
          leftSection={<IconSearch size={16} />}
          placeholder={t.search}
          aria-label={t.search}
          value={sought}
          onChange={(event) => setSought(event.currentTarget.value)}
        />
      )}
      {people && found.length > 0 && (
        <Rows label={t.list}>
          {found.map((one) => (
            <PersonRow person={one} onInviteAgain={() => setInviting(one)} key={one.user_id} />
          ))}
        </Rows>
      )}
      {people && found.length === 0 && (
        <EmptyState icon={<IconUsers size={26} stroke={1.6} />} title={t.noneFound} />
      )}
      {people?.length === 1 && (
        <EmptyState icon={<IconUsers size={26} stroke={1.6} />} title={t.alone} action={invite}>
          {t.aloneHint}
        </EmptyState>
      )}
      {inviting && <InviteDialog again={inviting} onClose={() => setInviting(null)} />}
    </SettingsBody>
  );
}
