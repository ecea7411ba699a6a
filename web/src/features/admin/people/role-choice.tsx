/** A role, chosen by what it lets people do. */

import { useId } from "react";
import { useMessages } from "@/shared/i18n/language";
import type { Role } from "@/shared/session/session";
import { peopleMessages } from "./messages";
import classes from "./role-choice.module.css";

interface RoleChoiceProps {
  roles: readonly Role[];
  value: Role;
  onChange: (role: Role) => void;
}

export function RoleChoice({ roles, value, onChange }: RoleChoiceProps) {
  const t = useMessages(peopleMessages);
  const group = useId();
  return (
    <fieldset className={classes["roles"]}>
      <legend className={classes["legend"]}>{t.roleLabel}</legend>
      {roles.map((role) => (
        <label className={classes["role"]} key={role}>
          <input
            type="radio"
            name={group}
            value={role}
            checked={role === value}
            onChange={() => onChange(role)}
            className={classes["radio"]}
          />
          <span>
            <span className={classes["name"]}>{t.role[role]}</span>
            <span className={classes["hint"]}>{t.roleHint[role]}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
