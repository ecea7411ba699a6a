/** Where something stands in the event: typed, or picked from the values of the sample. */

import { Autocomplete } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import { type Leaf, stepsOf, valueAt } from "../model/paths";
import { flat, textOf } from "../model/telling";
import classes from "./editor.module.css";
import { editorMessages } from "./messages";

export interface PathFieldProps {
  label: string;
  hint?: string;
  value: string;
  onChange: (path: string) => void;
  leaves: readonly Leaf[];
  /** The sample's data; null where there is none. */
  sample: unknown;
  error?: string | undefined;
}

export function PathField({ label, hint, value, onChange, leaves, sample, error }: PathFieldProps) {
  const t = useMessages(editorMessages);
  const picked = leaves.some(({ path }) => path === value);
  return (
    <Autocomplete
      label={label}
      description={foundIn(sample, value, t) ?? hint}
      inputWrapperOrder={["label", "input", "error", "description"]}
      placeholder={leaves[0]?.path ?? t.pathExample}
      autoComplete="off"
      spellCheck={false}
      classNames={{ input: classes["code"] ?? "" }}
      maxDropdownHeight={260}
      data={leaves.map(({ path }) => path)}
      // Whoever comes back to a field sees all there is, not only what is chosen already.
      filter={({ options, search }) =>
        picked || search === "$"
          ? options
          : options.filter((one) => "value" in one && fits(one.value, search))
      }
      renderOption={({ option }) => {
        const leaf = leaves.find(({ path }) => path === option.value);
        return (
          <span className={classes["leaf"]}>
            <code>{option.value}</code>
            <span>{textOf(leaf?.value ?? null) || "—"}</span>
          </span>
        );
      }}
      value={value}
      error={error}
      onChange={(path) => onChange(path.trim())}
    />
  );

  function fits(path: string, search: string): boolean {
    const words = `${path} ${textOf(leaves.find((leaf) => leaf.path === path)?.value ?? null)}`;
    return words.toLowerCase().includes(search.trim().toLowerCase());
  }
}

interface Words {
  found: (value: string) => string;
  foundNothing: string;
  foundUnfit: string;
}

function foundIn(sample: unknown, path: string, words: Words): string | null {
  if (sample === null || stepsOf(path) === null) return null;
  const text = textOf(valueAt(sample, path));
  if (text === null) return words.foundUnfit;
  return text === "" ? words.foundNothing : words.found(flat(text));
}
