/** Shows the PIN of a number's two-step verification, to whoever has shown that it is still them. */

import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useProof } from "@/shared/session/proof";
import { CopyField } from "@/shared/ui/copy-field";
import { Dialog } from "@/shared/ui/dialog";
import { FormDialog } from "@/shared/ui/form-dialog";
import { uiMessages } from "@/shared/ui/messages";
import { useRevealPin } from "./api/actions";
import { registrationMessages } from "./messages";

export function PinDialog({ connectionId, onClose }: { connectionId: string; onClose: () => void }) {
  const t = useMessages(registrationMessages);
  const ui = useMessages(uiMessages);
  const refusal = useRefusal();
  const reveal = useRevealPin();
  const { proved, dialog } = useProof();
  if (reveal.data) {
    return (
      <Dialog
        opened
        onClose={onClose}
        title={t.pinTitle}
        size={420}
        closeButtonProps={{ "aria-label": ui.close }}
      >
        <CopyField label={t.itsPin} value={reveal.data.pin} />
      </Dialog>
    );
  }
  // Whoever does not give the proof is back at the question; what else went wrong is told there.
  const show = () => void proved(() => reveal.mutateAsync(connectionId)).catch(() => {});
  return (
    <>
      <FormDialog
        title={t.pinTitle}
        onClose={onClose}
        onSubmit={show}
        submit={t.showPin}
        busy={reveal.isPending}
        refusal={refusal(reveal.error)}
        size={420}
      >
        <span>{t.pinHint}</span>
      </FormDialog>
      {dialog}
    </>
  );
}
