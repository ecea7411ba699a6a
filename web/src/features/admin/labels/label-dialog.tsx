import { TextInput } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useId, useState } from "react";
import { isProblem } from "@/shared/api/problem";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { FormDialog } from "@/shared/ui/form-dialog";
import { type Label, useSaveLabel } from "../api/desk";
import { COLORS, nextColor } from "./colors";
import { LabelSign } from "./label-sign";
import classes from "./labels.module.css";
import { labelMessages } from "./messages";

const LONGEST_NAME = 60;

interface LabelDialogProps {
  /** null: a new one. */
  label: Label | null;
  others: readonly Label[];
  onClose: () => void;
}

export function LabelDialog({ label, others, onClose }: LabelDialogProps) {
  const t = useMessages(labelMessages);
  const refusal = useRefusal();
  const save = useSaveLabel();
  const group = useId();
  const [name, setName] = useState(label?.name ?? "");
  const [color, setColor] = useState(() => label?.color ?? nextColor(others.map((one) => one.color)));
  const [tried, setTried] = useState(false);
  const taken = isProblem(save.error, "conflict");
  const missing = name.trim() === "";
  const own = !COLORS.some((one) => one === color);
  const submit = () => {
    setTried(true);
    if (missing) return;
    const given = { name: name.trim(), color };
    save.mutate(label ? { ...given, id: label.id } : given, { onSuccess: onClose });
  };
  return (
    <FormDialog
      title={label ? t.editTitle : t.newTitle}
      onClose={onClose}
      onSubmit={submit}
      submit={label ? t.save : t.create}
      busy={save.isPending}
      refusal={taken ? null : refusal(save.error)}
      size={420}
    >
      <TextInput
        label={t.name}
        data-autofocus
        autoComplete="off"
        maxLength={LONGEST_NAME}
        value={name}
        error={taken ? t.taken : tried && missing ? t.nameMissing : null}
        onChange={(event) => {
          setName(event.currentTarget.value);
          save.reset();
        }}
      />
      <fieldset className={classes["colors"]}>
        <legend className={classes["legend"]}>{t.color}</legend>
        {COLORS.map((one) => (
          <label className={classes["swatch"]} style={{ background: one }} key={one}>
            <input
              type="radio"
              name={group}
              checked={one === color}
              aria-label={t.colorNamed(one)}
              onChange={() => setColor(one)}
            />
            {one === color && <IconCheck size={17} stroke={2.6} aria-hidden="true" />}
          </label>
        ))}
        <label className={classes["own"]} data-chosen={own || undefined}>
          <input type="color" value={color} onChange={(event) => setColor(event.currentTarget.value)} />
          {t.own}
        </label>
      </fieldset>
      <div>
        <p className={classes["legend"]}>{t.preview}</p>
        <LabelSign name={name.trim() || t.name} color={color} />
      </div>
    </FormDialog>
  );
}
