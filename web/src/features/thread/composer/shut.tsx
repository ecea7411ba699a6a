/** Where nothing can be written: the conversation is blocked or archived, or the role only reads. */

import { Button } from "@mantine/core";
import { IconArchive, IconBan, IconEye } from "@tabler/icons-react";
import { useState } from "react";
import { inOneLine, problemMessages, problemWords } from "@/shared/api/problem-words";
import { useMessages } from "@/shared/i18n/language";
import { runShortcut } from "@/shared/keys/use-shortcut";
import { useStore } from "@/shared/store/hooks";
import type { Conversation } from "@/shared/store/types";
import { tellFailed } from "@/shared/ui/notices";
import { composerMessages } from "./messages";
import classes from "./shut.module.css";

export function Shut({ conversation, canWrite }: { conversation: Conversation; canWrite: boolean }) {
  const t = useMessages(composerMessages);
  const problems = useMessages(problemMessages);
  const store = useStore();
  const [busy, setBusy] = useState(false);
  const blocked = conversation.state === "blocked";
  const IconOf = !canWrite ? IconEye : blocked ? IconBan : IconArchive;
  const open = async () => {
    // Who acts on conversations offers to undo it, too; where nobody does, it is done from here.
    if (runShortcut("resolve")) return;
    setBusy(true);
    await store.change(conversation.id, { state: "open" }).catch((error: unknown) => {
      tellFailed(inOneLine(problemWords(error, problems)));
    });
    setBusy(false);
  };
  return (
    <div className={classes["shut"]}>
      <IconOf size={18} aria-hidden="true" />
      <span>{!canWrite ? t.readOnly : blocked ? t.blocked : t.archived}</span>
      {canWrite && (
        <Button variant="default" size="xs" loading={busy} onClick={() => void open()}>
          {blocked ? t.unblock : t.reopen}
        </Button>
      )}
    </div>
  );
}
