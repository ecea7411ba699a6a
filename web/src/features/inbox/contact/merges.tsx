/** Contacts that turned out to be one person: what was merged, how to take it back, and how to say so oneself. */

import { Button, Group, Text, TextInput } from "@mantine/core";
import { IconArrowMerge } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import type { Conversation } from "@/shared/store/types";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { Dialog } from "@/shared/ui/dialog";
import { uiMessages } from "@/shared/ui/messages";
import {
  type ContactDetail,
  contactKey,
  contactsByPhone,
  type Merge,
  mergeContacts,
  undoMerge,
} from "../api/contacts";
import { nameOf } from "../list/row-model";
import classes from "./contact-pane.module.css";
import { contactMessages } from "./messages";

export function Merges({ conversation, detail }: { conversation: Conversation; detail: ContactDetail }) {
  const t = useMessages(contactMessages);
  const format = useFormat();
  const { tenant_id, can } = useTenant();
  const queryClient = useQueryClient();
  const [undoing, setUndoing] = useState<Merge | null>(null);
  const [merging, setMerging] = useState(false);
  const standing = detail.merges.filter((merge) => merge.undone_at === null);
  const able = can("inbox:write");
  const contactId = detail.contact.id;
  const changed = () => queryClient.invalidateQueries({ queryKey: contactKey(tenant_id, contactId) });
  if (standing.length === 0 && !able) return null;
  return (
    <section className={classes["section"]}>
      {standing.length > 0 && <h3 className={classes["heading"]}>{t.merges}</h3>}
      {standing.map((merge) => (
        <div className={classes["merge"]} key={merge.id}>
          <span>
            {merge.reason === "by_hand" ? t.mergedByHand : t.mergedBySame}
            <br />
            <span className={classes["quiet"]}>{format.date(merge.created_at)}</span>
          </span>
          {able && (
            <Button size="compact-sm" variant="default" onClick={() => setUndoing(merge)}>
              {t.undoMerge}
            </Button>
          )}
        </div>
      ))}
      {able && (
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          leftSection={<IconArrowMerge size={15} stroke={1.7} />}
          onClick={() => setMerging(true)}
        >
          {t.merge}
        </Button>
      )}
      <ConfirmDialog
        opened={undoing !== null}
        onClose={() => setUndoing(null)}
        title={t.undoTitle}
        confirm={t.undoMerge}
        onConfirm={() => undoing && undoMerge(tenant_id, contactId, undoing.id).then(changed)}
      >
        {t.undoWords}
      </ConfirmDialog>
      {merging && (
        <MergeDialog
          name={nameOf(conversation.contact) ?? ""}
          contactId={contactId}
          onClose={() => setMerging(false)}
          onMerged={changed}
        />
      )}
    </section>
  );
}

interface MergeDialogProps {
  name: string;
  contactId: string;
  onClose: () => void;
  onMerged: () => void;
}

function MergeDialog({ name, contactId, onClose, onMerged }: MergeDialogProps) {
  const t = useMessages(contactMessages);
  const words = useMessages(uiMessages);
  const refusal = useRefusal();
  const { tenant_id } = useTenant();
  const [phone, setPhone] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const merge = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      const [other] = await contactsByPhone(tenant_id, phone.trim());
      if (!other) return setFailure(t.noContact);
      if (other.id === contactId) return setFailure(t.sameContact);
      await mergeContacts(tenant_id, contactId, other.id);
      onMerged();
      onClose();
    } catch (error) {
      setFailure(refusal(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t.mergeTitle}
      size="sm"
      closeButtonProps={{ "aria-label": words.close }}
    >
      <form onSubmit={(event) => void merge(event)}>
        <Text c="dimmed" mb="sm">
          {t.mergeHint(name)}
        </Text>
        <TextInput
          type="tel"
          label={t.otherPhone}
          value={phone}
          onChange={(event) => setPhone(event.currentTarget.value)}
          error={failure}
          data-autofocus
        />
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button type="submit" loading={busy} disabled={phone.trim() === ""}>
            {t.mergeConfirm}
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}
