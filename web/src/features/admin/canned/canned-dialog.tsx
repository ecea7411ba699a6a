import { Textarea, TextInput } from "@mantine/core";
import { useRef, useState } from "react";
import { isProblem } from "@/shared/api/problem";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useSession, useTenant } from "@/shared/session/session-context";
import { FormDialog } from "@/shared/ui/form-dialog";
import { FormError } from "@/shared/ui/form-error";
import { type CannedReply, useSaveCanned } from "../api/desk";
import classes from "./canned.module.css";
import { cannedMessages } from "./messages";
import { inserted, pieces, unknownIn, VARIABLES, type Variable } from "./variables";

const LONGEST = { shortcut: 40, title: 200, body: 4096 };
const SHORTCUT = /^[^\s/]{1,40}$/;
// The hints are of different length; the fields are to stand side by side.
const BELOW: InputWrapperOrder = ["label", "input", "error", "description"];
const SAMPLE_PHONE = "+34 600 11 12 22";

type InputWrapperOrder = ("label" | "input" | "error" | "description")[];

interface CannedDialogProps {
  /** null: a new one. */
  reply: CannedReply | null;
  onClose: () => void;
}

export function CannedDialog({ reply, onClose }: CannedDialogProps) {
  const t = useMessages(cannedMessages);
  const format = useFormat();
  const refusal = useRefusal();
  const save = useSaveCanned();
  const [shortcut, setShortcut] = useState(reply?.shortcut ?? "");
  const [title, setTitle] = useState(reply?.title ?? "");
  const [body, setBody] = useState(reply?.body ?? "");
  const [tried, setTried] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const taken = isProblem(save.error, "conflict");
  const unfit = !SHORTCUT.test(shortcut);
  const unknown = unknownIn(body);
  const isChanged =
    shortcut !== (reply?.shortcut ?? "") || title !== (reply?.title ?? "") || body !== (reply?.body ?? "");

  const insert = (variable: Variable) => {
    const at = field.current;
    const made = inserted(
      body,
      { start: at?.selectionStart ?? body.length, end: at?.selectionEnd ?? body.length },
      variable,
    );
    setBody(made.body);
    // Once React has written the new text.
    requestAnimationFrame(() => {
      at?.focus();
      at?.setSelectionRange(made.cursor, made.cursor);
    });
  };
  const submit = () => {
    setTried(true);
    if (unfit || !title.trim() || !body.trim()) return;
    const given = { shortcut, title: title.trim(), body: body.trim() };
    save.mutate(reply ? { ...given, id: reply.id } : given, { onSuccess: onClose });
  };
  return (
    <FormDialog
      title={reply ? t.editTitle : t.newTitle}
      onClose={onClose}
      onSubmit={submit}
      submit={reply ? t.save : t.create}
      busy={save.isPending}
      refusal={taken ? null : refusal(save.error)}
      dirty={isChanged}
      size={580}
    >
      <div className={classes["pair"]}>
        <TextInput
          label={t.shortcut}
          description={t.shortcutHint}
          inputWrapperOrder={BELOW}
          leftSection="/"
          data-autofocus
          autoComplete="off"
          autoCapitalize="none"
          maxLength={LONGEST.shortcut}
          value={shortcut}
          error={taken ? t.taken : tried && unfit ? t.shortcutWrong : null}
          onChange={(event) => {
            setShortcut(event.currentTarget.value.replace(/^\//, ""));
            save.reset();
          }}
        />
        <TextInput
          label={t.name}
          description={t.nameHint}
          inputWrapperOrder={BELOW}
          autoComplete="off"
          maxLength={LONGEST.title}
          value={title}
          error={tried && !title.trim() ? t.missing : null}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
      </div>
      <div>
        <Textarea
          ref={field}
          label={t.body}
          autosize
          minRows={4}
          maxRows={12}
          maxLength={LONGEST.body}
          value={body}
          error={tried && !body.trim() ? t.missing : null}
          onChange={(event) => setBody(event.currentTarget.value)}
        />
        <p className={classes["insert"]}>
          <span>{t.insert}</span>
          {VARIABLES.map((one) => (
            <button type="button" className={classes["variable"]} onClick={() => insert(one)} key={one}>
              {t.variable[one]}
            </button>
          ))}
          <span className={classes["count"]}>
            {format.number(body.length)} / {format.number(LONGEST.body)}
          </span>
        </p>
      </div>
      {unknown.length > 0 && (
        <FormError tone="warn">{t.unknown(unknown.map((name) => `{{${name}}}`).join(", "))}</FormError>
      )}
      {body.trim() !== "" && <Preview body={body} />}
    </FormDialog>
  );
}

/** The message as the person would get it, with what is filled in marked. */
function Preview({ body }: { body: string }) {
  const t = useMessages(cannedMessages);
  const { user } = useSession();
  const { tenant_name } = useTenant();
  const values = {
    contact_name: t.sampleContact,
    contact_phone: SAMPLE_PHONE,
    agent_name: user.name,
    business_name: tenant_name,
  };
  return (
    <div>
      <p className={classes["legend"]}>{t.preview}</p>
      <div className={classes["thread"]}>
        <p className={classes["bubble"]}>
          {pieces(body.trim(), values).map(({ text, variable }, index) =>
            variable ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: a piece is its place in the text
              <mark className={classes["filled"]} key={index}>
                {text}
              </mark>
            ) : (
              text
            ),
          )}
        </p>
      </div>
    </div>
  );
}
