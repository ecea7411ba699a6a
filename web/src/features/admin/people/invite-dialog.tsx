/** Invites somebody. Where Curbe sends no mail itself, the link is shown, this once. */

import { Button, Group, TextInput } from "@mantine/core";
import { useState } from "react";
import { isProblem, NotProved } from "@/shared/api/problem";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useProof } from "@/shared/session/proof";
import type { Role } from "@/shared/session/session";
import { useSession, useTenant } from "@/shared/session/session-context";
import { CopyField } from "@/shared/ui/copy-field";
import { Dialog } from "@/shared/ui/dialog";
import { FormDialog } from "@/shared/ui/form-dialog";
import { uiMessages } from "@/shared/ui/messages";
import { tellSaved } from "@/shared/ui/notices";
import { type Person, useInvite } from "../api/people";
import { peopleMessages } from "./messages";
import { RoleChoice } from "./role-choice";
import { rolesToGive } from "./roles";

const LIKE_AN_ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

interface InviteDialogProps {
  /** Somebody who was invited before; empty for somebody new. */
  again: Partial<Person>;
  onClose: () => void;
}

export function InviteDialog({ again, onClose }: InviteDialogProps) {
  const t = useMessages(peopleMessages);
  const refusal = useRefusal();
  const { user } = useSession();
  const { role: own } = useTenant();
  const invite = useInvite();
  const { proved, dialog } = useProof();
  const [email, setEmail] = useState(again.email ?? "");
  const [name, setName] = useState(again.name ?? "");
  const [role, setRole] = useState<Role>(again.role ?? "agent");
  const [tried, setTried] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const wrong = !LIKE_AN_ADDRESS.test(email.trim());
  const refusedAddress = isProblem(failure, "invalid_request") && failure.field === "email";

  if (invite.data?.link) return <InviteLink email={email.trim()} link={invite.data.link} onClose={onClose} />;
  const submit = async () => {
    setTried(true);
    setFailure(null);
    if (wrong) return;
    setBusy(true);
    try {
      const asked = { email: email.trim(), name: name.trim(), role };
      const { link } = await proved(() => invite.mutateAsync(asked));
      if (link) return; // shown instead of the form
      tellSaved(t.mailed(asked.email));
      onClose();
    } catch (error) {
      if (!(error instanceof NotProved)) setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <FormDialog
        title={t.inviteTitle}
        onClose={onClose}
        onSubmit={() => void submit()}
        submit={t.sendInvite}
        busy={busy}
        refusal={refusedAddress ? null : refusal(failure)}
      >
        <TextInput
          label={t.email}
          type="email"
          name="invite-email"
          autoComplete="off"
          data-autofocus
          value={email}
          readOnly={again.email !== undefined}
          error={(tried && wrong) || refusedAddress ? t.emailWrong : null}
          onChange={(event) => {
            setEmail(event.currentTarget.value);
            setFailure(null);
          }}
        />
        <TextInput
          label={t.name}
          description={t.nameHint}
          name="invite-name"
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <RoleChoice roles={rolesToGive(own, user.is_operator)} value={role} onChange={setRole} />
      </FormDialog>
      {dialog}
    </>
  );
}

function InviteLink({ email, link, onClose }: { email: string; link: string; onClose: () => void }) {
  const t = useMessages(peopleMessages);
  const ui = useMessages(uiMessages);
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t.linkTitle(email)}
      closeOnClickOutside={false}
      closeOnEscape={false} // it is not shown again
      closeButtonProps={{ "aria-label": ui.close }}
    >
      <p style={{ margin: "0 0 16px", color: "var(--fg-2)" }}>{t.linkHint}</p>
      <CopyField label={t.link} value={link} />
      <Group justify="flex-end" mt="lg">
        <Button onClick={onClose} data-autofocus>
          {t.done}
        </Button>
      </Group>
    </Dialog>
  );
}
