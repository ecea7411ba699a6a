/** On which conditions: each is looked at in the sample at once. */

import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import { ToneWord } from "@/shared/ui/tone";
import { conditionOf, type DraftCondition, wantsValue } from "../model/draft";
import { type Leaf, stepsOf } from "../model/paths";
import { holds, TESTS, type Test } from "../model/telling";
import classes from "./editor.module.css";
import type { FaultWords } from "./faults";
import { editorMessages } from "./messages";
import { PathField } from "./path-field";
import { Section } from "./section";

const MOST = 20;

interface ConditionsFieldProps {
  conditions: readonly DraftCondition[];
  onChange: (conditions: readonly DraftCondition[]) => void;
  leaves: readonly Leaf[];
  sample: unknown;
  /** The sample was made up from the rule. */
  made: boolean;
  faults: FaultWords;
}

export function ConditionsField({
  conditions,
  onChange,
  leaves,
  sample,
  made,
  faults,
}: ConditionsFieldProps) {
  const { conditions: t } = useMessages(editorMessages);
  const change = (key: number, changes: Partial<DraftCondition>) =>
    onChange(conditions.map((one) => (one.key === key ? { ...one, ...changes } : one)));
  const add = () => {
    const key = Math.max(-1, ...conditions.map((one) => one.key)) + 1;
    onChange([...conditions, { key, path: "", test: "equals", value: "" }]);
  };
  return (
    <Section title={t.title} hint={t.hint}>
      {conditions.map((one, index) => (
        <div className={classes["condition"]} key={one.key}>
          <PathField
            label={t.path}
            value={one.path}
            onChange={(path) => change(one.key, { path })}
            leaves={leaves}
            sample={sample}
            error={faults.at(`conditions[${index}]`)}
          />
          <Select
            label={t.test}
            allowDeselect={false}
            data={TESTS.map((value) => ({ value, label: t.tests[value] }))}
            value={one.test}
            onChange={(test) => change(one.key, { test: test as Test })}
          />
          {wantsValue(one.test) ? (
            <TextInput
              label={t.value}
              placeholder={one.test === "in" ? t.valueList : ""}
              value={one.value}
              maxLength={500}
              error={faults.at(`conditions[${index}].value`)}
              onChange={(event) => change(one.key, { value: event.currentTarget.value, isTyped: true })}
            />
          ) : (
            <span />
          )}
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            className={classes["remove"] ?? ""}
            aria-label={t.remove}
            title={t.remove}
            onClick={() => onChange(conditions.filter((each) => each !== one))}
          >
            <IconTrash size={17} />
          </ActionIcon>
          {sample !== null && stepsOf(one.path) !== null && (
            <span className={classes["verdict"]}>
              {holds(conditionOf(one, sample, made), sample) ? (
                <ToneWord tone="good">{t.holds}</ToneWord>
              ) : (
                <ToneWord tone="warn">{t.holdsNot}</ToneWord>
              )}
            </span>
          )}
        </div>
      ))}
      <div>
        <Button
          variant="default"
          leftSection={<IconPlus size={16} />}
          disabled={conditions.length >= MOST}
          onClick={add}
        >
          {t.add}
        </Button>
      </div>
    </Section>
  );
}
