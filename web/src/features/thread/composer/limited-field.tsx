/** A field with a limit that is counted as it comes near. */

import { useId } from "react";
import form from "./form.module.css";

interface LimitedFieldProps {
  label: string;
  value: string;
  most: number;
  onChange: (value: string) => void;
  /** More than one: a field of several lines. */
  lines?: number;
  type?: "text" | "url";
  placeholder?: string;
  error?: string | null;
  autoFocus?: boolean;
}

export function LimitedField(props: LimitedFieldProps) {
  const {
    label,
    value,
    most,
    onChange,
    lines = 1,
    type = "text",
    placeholder,
    error = null,
    autoFocus = false,
  } = props;
  const id = useId();
  const isNear = value.length > most * 0.7;
  const shared = {
    id,
    value,
    maxLength: most,
    placeholder,
    "aria-invalid": error !== null,
    "aria-describedby": error === null ? undefined : `${id}-error`,
    "data-autofocus": autoFocus || undefined,
  };
  return (
    <div className={form["field"]}>
      <label htmlFor={id}>
        {label}
        {isNear && (
          <span className={form["count"]}>
            {value.length}/{most}
          </span>
        )}
      </label>
      {lines > 1 ? (
        <textarea {...shared} rows={lines} onChange={(event) => onChange(event.currentTarget.value)} />
      ) : (
        <input {...shared} type={type} onChange={(event) => onChange(event.currentTarget.value)} />
      )}
      {error !== null && (
        <span id={`${id}-error`} className={form["error"]} role="alert">
          {error}
        </span>
      )}
    </div>
  );
}
