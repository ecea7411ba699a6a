/** Lists of what people said elsewhere: bringing one, and those that were brought. */

import { useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { DropFile } from "@/shared/ui/drop-file";
import { FormError } from "@/shared/ui/form-error";
import { SettingsBody } from "@/shared/ui/settings-section";
import { type Imported, type Overview, useOverview } from "./api/consent";
import { Bring } from "./imports/bring";
import { History } from "./imports/history";
import classes from "./imports/imports.module.css";
import { importMessages } from "./imports/messages";
import { Result } from "./imports/result";

const LISTS = ".csv,.tsv,.txt,text/csv";

export function ImportsPage() {
  const t = useMessages(importMessages);
  const refusal = useRefusal();
  const look = useOverview();
  const [list, setList] = useState<{ file: File; overview: Overview } | null>(null);
  const [result, setResult] = useState<Imported | null>(null);
  const choose = (file: File) => {
    setResult(null);
    look.mutate(file, { onSuccess: (overview) => setList({ file, overview }) });
  };
  const done = (imported: Imported) => {
    setList(null);
    setResult(imported);
  };
  return (
    <SettingsBody title={t.title} hint={t.hint}>
      <div className={classes["page"]}>
        {result && <Result imported={result} />}
        {list ? (
          <Bring {...list} onDone={done} onAgain={() => setList(null)} />
        ) : (
          <>
            <DropFile
              title={look.isPending ? t.reading : t.drop}
              hint={t.dropHint}
              choose={t.choose}
              accept={LISTS}
              busy={look.isPending}
              onFile={choose}
            />
            {look.error && <FormError>{refusal(look.error)}</FormError>}
          </>
        )}
        <History />
      </div>
    </SettingsBody>
  );
}
