/** The pencil beside somebody's name, and the field in which the team calls them otherwise. */

import { ActionIcon, TextInput, Tooltip } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useStore } from "@/shared/store/hooks";
import type { Conversation } from "@/shared/store/types";
import { FormDialog } from "@/shared/ui/form-dialog";
import { uiMessages } from "@/shared/ui/messages";
import { type ContactDetail, contactKey, renameContact } from "../api/contacts";
import { contactMessages } from "./messages";

const LONGEST_NAME = 100;

interface RenameProps {
  conversation: Conversation;
  detail: ContactDetail;
}

export function Rename({ conversation, detail }: RenameProps) {
  const t = useMessages(contactMessages);
  const [renaming, setRenaming] = useState(false);
  const pencil = useRef<HTMLButtonElement>(null);
  const close = () => {
    setRenaming(false);
    pencil.current?.focus(); // who works by keyboard goes on where they were
  };
  return (
    <>
      <Tooltip label={t.rename}>
        <ActionIcon
          ref={pencil}
          variant="subtle"
          color="gray"
          size={26}
          aria-label={t.rename}
          onClick={() => setRenaming(true)}
        >
          <IconPencil size={15} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      {renaming && <RenameDialog conversation={conversation} detail={detail} onClose={close} />}
    </>
  );
}

function RenameDialog({ conversation, detail, onClose }: RenameProps & { onClose: () => void }) {
  const t = useMessages(contactMessages);
  const words = useMessages(uiMessages);
  const refusal = useRefusal();
  const { tenant_id } = useTenant();
  const queryClient = useQueryClient();
  const store = useStore();
  const { contact } = detail;
  const [before] = useState(contact.name ?? "");
  const [name, setName] = useState(before);
  const save = useMutation({
    mutationFn: (given: string) => renameContact(tenant_id, contact.id, given || null),
    onSuccess: (now) => {
      queryClient.setQueryData(contactKey(tenant_id, contact.id), now);
      // Its event tells all that shows the person; this one shows it at once, and yields to whatever is newer.
      store.putConversation({
        ...conversation,
        contact: { ...conversation.contact, name: now.contact.name },
      });
      onClose();
    },
  });
  const dirty = name.trim() !== before;
  return (
    <FormDialog
      title={t.renameTitle}
      onClose={onClose}
      onSubmit={() => (dirty ? save.mutate(name.trim()) : onClose())}
      submit={words.save}
      busy={save.isPending}
      refusal={refusal(save.error)}
      dirty={dirty}
      size={420}
    >
      <TextInput
        label={t.name}
        description={t.nameHint}
        placeholder={contact.profile_name ?? ""}
        data-autofocus
        autoComplete="off"
        maxLength={LONGEST_NAME}
        value={name}
        onChange={(event) => {
          setName(event.currentTarget.value);
          save.reset();
        }}
      />
    </FormDialog>
  );
}
