/** An authentication template: Meta writes its text; what it advises, when the code expires and how it gets in are ours to choose. */

import { Checkbox, TextInput } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import { templateMessages } from "../messages";
import type { OtpType } from "../model/draft";
import { AppsField } from "./apps-field";
import classes from "./editor.module.css";
import type { FieldProps } from "./field";
import { FindingWords } from "./finding-words";
import { editorMessages } from "./messages";

const OTPS: readonly OtpType[] = ["COPY_CODE", "ONE_TAP", "ZERO_TAP"];
const LONGEST = 25;

export function CodeFields(props: FieldProps) {
  const { draft, found, onChange, onSeen } = props;
  const t = useMessages(templateMessages);
  const e = useMessages(editorMessages);
  const { code } = draft;
  const change = (changed: Partial<typeof code>) => onChange({ ...draft, code: { ...code, ...changed } });
  return (
    <>
      <section className={classes["part"]} aria-label={t.body}>
        <h2>{t.body}</h2>
        <Checkbox
          label={t.codeText}
          checked={code.recommendation}
          onChange={(event) => change({ recommendation: event.currentTarget.checked })}
        />
        <div>
          <TextInput
            label={t.codeMinutes}
            inputMode="numeric"
            value={code.minutes}
            aria-invalid={found("footer").length > 0 || undefined}
            onBlur={() => onSeen("footer")}
            onChange={(event) =>
              change({ minutes: event.currentTarget.value.replace(/\D/g, "").slice(0, 3) })
            }
          />
          <FindingWords findings={found("footer")} />
        </div>
      </section>
      <section className={classes["part"]} aria-label={e.codeHow}>
        <h2>{e.codeHow}</h2>
        <fieldset className={classes["kinds"]} aria-label={e.codeHow}>
          {OTPS.map((otp) => (
            <label key={otp}>
              <input type="radio" name="otp" checked={code.otp === otp} onChange={() => change({ otp })} />
              <span>
                <b>{e.otp[otp]}</b>
                <small>{e.otpHint[otp]}</small>
              </span>
            </label>
          ))}
        </fieldset>
        <div className={classes["pair"]}>
          <TextInput
            label={t.codeButton}
            placeholder={t.codeCopy}
            maxLength={LONGEST}
            value={code.button}
            onBlur={() => onSeen("code")}
            onChange={(event) => change({ button: event.currentTarget.value })}
          />
          {code.otp !== "COPY_CODE" && (
            <TextInput
              label={e.autofill}
              placeholder={e.autofillDefault}
              maxLength={LONGEST}
              value={code.autofill}
              onChange={(event) => change({ autofill: event.currentTarget.value })}
            />
          )}
        </div>
        <FindingWords findings={found("code")} />
        {code.otp !== "COPY_CODE" && <AppsField {...props} />}
        {code.otp === "ZERO_TAP" && (
          <div>
            <Checkbox
              label={e.terms}
              checked={code.terms}
              onBlur={() => onSeen("code.terms")}
              onChange={(event) => change({ terms: event.currentTarget.checked })}
            />
            <FindingWords findings={found("code.terms")} />
          </div>
        )}
      </section>
    </>
  );
}
