import { TextInput } from "@mantine/core";
import { useState } from "react";
import { isProblem } from "@/shared/api/problem";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { Avatar } from "@/shared/ui/avatar";
import { FormDialog } from "@/shared/ui/form-dialog";
import { type Team, useSaveTeam } from "../api/desk";
import type { Person } from "../api/people";
import { matches } from "../matches";
import { teamMessages } from "./messages";
import classes from "./teams.module.css";

const SEARCHED_FROM = 7;
const LONGEST_NAME = 100;

interface TeamDialogProps {
  /** null: a new one. */
  team: Team | null;
  people: readonly Person[];
  onClose: () => void;
}

export function TeamDialog({ team, people, onClose }: TeamDialogProps) {
  const t = useMessages(teamMessages);
  const format = useFormat();
  const refusal = useRefusal();
  const save = useSaveTeam();
  const [name, setName] = useState(team?.name ?? "");
  const [before] = useState<ReadonlySet<string>>(() => new Set(team?.member_ids ?? []));
  const [members, setMembers] = useState(before);
  const [sought, setSought] = useState("");
  const [tried, setTried] = useState(false);
  const taken = isProblem(save.error, "conflict");
  const missing = name.trim() === "";
  // Who is in it already is listed even where they were shut out since: else they could not be taken out.
  const eligible = people.filter((one) => !one.disabled || members.has(one.user_id));

  const toggle = (userId: string) =>
    setMembers((now) => {
      const after = new Set(now);
      if (!after.delete(userId)) after.add(userId);
      return after;
    });
  const submit = () => {
    setTried(true);
    if (missing) return;
    const given = { name: name.trim(), member_ids: [...members] };
    save.mutate(team ? { ...given, id: team.id } : given, { onSuccess: onClose });
  };
  return (
    <FormDialog
      title={team ? t.editTitle : t.newTitle}
      onClose={onClose}
      onSubmit={submit}
      submit={team ? t.save : t.create}
      busy={save.isPending}
      refusal={taken ? null : refusal(save.error)}
      dirty={name !== (team?.name ?? "") || members !== before}
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
      <fieldset className={classes["members"]}>
        <legend className={classes["legend"]}>
          {t.people}
          <span className={classes["count"]}>{t.chosen(format.number(members.size))}</span>
        </legend>
        {eligible.length >= SEARCHED_FROM && (
          <TextInput
            placeholder={t.find}
            aria-label={t.find}
            value={sought}
            onChange={(event) => setSought(event.currentTarget.value)}
          />
        )}
        <div className={classes["choices"]}>
          {eligible
            .filter((one) => matches(sought, one.name, one.email))
            .map((one) => (
              <label className={classes["choice"]} key={one.user_id}>
                <input
                  type="checkbox"
                  checked={members.has(one.user_id)}
                  onChange={() => toggle(one.user_id)}
                />
                <Avatar name={one.name || one.email} seed={one.user_id} size={28} />
                {one.name || one.email}
              </label>
            ))}
        </div>
      </fieldset>
    </FormDialog>
  );
}
