/** One of a few words, as pills. */

import { useId } from "react";
import classes from "./editor.module.css";

interface ChoicesProps<Value extends string> {
  label: string;
  words: Readonly<Record<Value, string>>;
  among: readonly Value[];
  chosen: Value;
  onChoose: (value: Value) => void;
}

export function Choices<Value extends string>({
  label,
  words,
  among,
  chosen,
  onChoose,
}: ChoicesProps<Value>) {
  const name = useId();
  return (
    <fieldset className={classes["choices"]} aria-label={label}>
      {among.map((value) => (
        <label key={value}>
          <input type="radio" name={name} checked={chosen === value} onChange={() => onChoose(value)} />
          <span>{words[value]}</span>
        </label>
      ))}
    </fieldset>
  );
}
