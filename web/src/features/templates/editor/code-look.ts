/** How an authentication template looks: Meta writes it, so it is shown as Meta words it in the reader's language. */

import { useMessages } from "@/shared/i18n/language";
import { templateMessages } from "../messages";
import type { Draft } from "../model/draft";
import type { Look } from "../model/look";
import { editorMessages } from "./messages";

export function useCodeLook(): (code: Draft["code"]) => Look {
  const t = useMessages(templateMessages);
  const e = useMessages(editorMessages);
  return (code) => {
    const copy = { type: "OTP", text: code.button || t.codeCopy, detail: "" };
    const fill = { type: "AUTOFILL", text: code.autofill || e.autofillDefault, detail: "" };
    return {
      header: null,
      body: code.recommendation ? `${t.codeSample} ${t.codeAdvice}` : t.codeSample,
      footer: code.minutes.trim() ? t.codeExpires(code.minutes) : "",
      offer: null,
      buttons: [code.otp === "COPY_CODE" ? copy : fill],
      cards: [],
    };
  };
}
