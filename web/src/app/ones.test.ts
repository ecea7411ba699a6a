/** One of what is counted is told as one, in every language. */

import { expect, test } from "vitest";
import { frameMessages } from "@/app/layout/messages";
import { generalMessages } from "@/features/admin/general/messages";
import { peopleMessages } from "@/features/campaigns/editor/people-messages";
import { importMessages } from "@/features/consent/imports/messages";
import { signalMessages } from "@/features/inbox/signals/messages";
import { uiMessages } from "@/shared/ui/messages";

test.each([
  [peopleMessages.en.read(250, 1), "250 rows, 1 column"],
  [peopleMessages.es.read(1, 1), "1 fila, 1 columna"],
  [importMessages.pt.read(1, 2), "1 linha, 2 colunas"],
  [importMessages.es.readBare(1), "1 fila sin encabezado"],
  [peopleMessages.en.result("1", "3"), "1 of 3 rows is somebody who can get it"],
  [peopleMessages.es.resultAll("1"), "La fila es una persona que puede recibirla"],
  [importMessages.en.done("1", "3"), "1 of 3 rows is in the consents now"],
  [
    generalMessages.en.counted("1"),
    "1 message is older than that, with its files. It is deleted tonight and does not come back.",
  ],
  [frameMessages.pt.unread("1"), "1 não lida"],
  [signalMessages.pt.unsentTitle(1, "Caixa de entrada"), "1 não enviada · Caixa de entrada"],
  [uiMessages.es.passwordShort("1"), "falta 1"],
])("%s", (said, told) => {
  expect(said).toBe(told);
});
