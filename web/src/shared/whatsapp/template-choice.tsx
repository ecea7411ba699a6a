/** Which template: those that can be sent, by name; and the button that asks Meta for the list anew. */

import { Button, Select } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { type Template, useSyncTemplates } from "@/shared/api/templates";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { tellFailed } from "@/shared/ui/notices";
import classes from "./template-choice.module.css";
import { templateWords } from "./template-words";

interface TemplateChoiceProps {
  templates: Template[];
  loading: boolean;
  value: Template | null;
  hint: string;
  /** What is wrong with the choice: in words, or only that something is. */
  error: string | boolean;
  onChange: (id: string | null) => void;
}

export function TemplateChoice({ templates, loading, value, hint, error, onChange }: TemplateChoiceProps) {
  const t = useMessages(templateWords);
  const refusal = useRefusal();
  const { tenant_id } = useTenant();
  const sync = useSyncTemplates(tenant_id);
  const categories: Record<string, string | undefined> = t.category;
  const ask = () =>
    sync.mutate(undefined, {
      onError: (error) => tellFailed(`${t.syncFailed}. ${refusal(error) ?? ""}`),
      onSuccess: ({ accounts }) => {
        const refused = accounts.find((account) => account.error);
        if (refused) tellFailed(`${t.syncFailed}. ${refused.detail ?? ""}`);
      },
    });
  const none = !loading && templates.length === 0;
  return (
    <div className={classes["choice"]}>
      <Select
        label={t.template}
        description={none ? t.noTemplatesHint : hint}
        placeholder={none ? t.noTemplates : t.templateChoose}
        searchable
        disabled={none}
        allowDeselect={false}
        error={error}
        maxDropdownHeight={320}
        value={value?.id ?? null}
        data={templates.map((one) => ({ value: one.id, label: `${one.name} · ${one.language}` }))}
        renderOption={({ option }) => {
          const one = templates.find((each) => each.id === option.value);
          return (
            <span className={classes["option"]}>
              <span>{option.label}</span>
              <small>{categories[one?.category ?? ""] ?? one?.category}</small>
            </span>
          );
        }}
        onChange={onChange}
      />
      <Button
        variant={none ? "filled" : "subtle"}
        size={none ? "sm" : "compact-sm"}
        leftSection={<IconRefresh size={16} />}
        loading={sync.isPending}
        onClick={ask}
      >
        {t.sync}
      </Button>
    </div>
  );
}
