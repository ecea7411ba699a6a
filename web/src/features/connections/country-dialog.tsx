/** Says which country a number is for, by which what is sent "for a country" chooses it. */

import { useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { CountrySelect } from "@/shared/ui/country-select";
import { FormDialog } from "@/shared/ui/form-dialog";
import { useServeCountry } from "./api/actions";
import type { Connection } from "./api/status";
import { cardMessages } from "./messages";

export function CountryDialog({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const t = useMessages(cardMessages);
  const refusal = useRefusal();
  const serve = useServeCountry();
  const [chosen, setChosen] = useState(connection.country_id);
  return (
    <FormDialog
      title={t.country}
      onClose={onClose}
      onSubmit={() =>
        serve.mutate({ connection_id: connection.id, country_id: chosen }, { onSuccess: onClose })
      }
      submit={t.saveCountry}
      busy={serve.isPending}
      refusal={refusal(serve.error)}
      size={420}
    >
      <CountrySelect label={t.country} description={t.countryHint} value={chosen} onChange={setChosen} />
    </FormDialog>
  );
}
