/** What a message that was edited or taken back said before. */

import { Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import type { Message } from "@/shared/store/types";
import { Dialog } from "@/shared/ui/dialog";
import { ErrorState } from "@/shared/ui/error-state";
import { uiMessages } from "@/shared/ui/messages";
import { RichText } from "@/shared/whatsapp/rich-text";
import { revisions } from "../api/messages";
import { threadMessages } from "../messages";
import classes from "./message-info.module.css";

export function Revisions({ message, onClose }: { message: Message; onClose: () => void }) {
  const t = useMessages(threadMessages);
  const ui = useMessages(uiMessages);
  const format = useFormat();
  const { tenant_id: tenantId } = useTenant();
  const query = useQuery({
    queryKey: ["revisions", tenantId, message.id, message.edited_at, message.revoked_at],
    queryFn: () => revisions(tenantId, message),
  });
  const names = { original: t.revisionOriginal, edit: t.revisionEdit, revoke: t.revisionRevoke };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t.revisions}
      size="md"
      closeButtonProps={{ "aria-label": ui.close }}
    >
      {query.isPending && <Loader size="sm" />}
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.data?.map((one) => (
        <div key={`${one.kind}${one.at}`} className={classes["version"]}>
          <div className={classes["versionHead"]}>
            <span>{names[one.kind] ?? one.kind}</span>
            <time dateTime={one.at}>{format.full(one.at)}</time>
          </div>
          {one.text && <RichText text={one.text} />}
          {!one.text && one.kind !== "revoke" && <em>{t.type.other}</em>}
        </div>
      ))}
    </Dialog>
  );
}
