/** The Android apps that a code may be handed to: package and hash, as Google Play signs them. */

import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import type { AppDraft } from "../model/draft";
import classes from "./editor.module.css";
import type { FieldProps } from "./field";
import { FindingWords } from "./finding-words";
import { editorMessages } from "./messages";

const MOST = 5;

export function AppsField({ draft, found, onChange, onSeen }: FieldProps) {
  const t = useMessages(editorMessages);
  const { apps } = draft.code;
  const set = (changed: readonly AppDraft[]) =>
    onChange({ ...draft, code: { ...draft.code, apps: changed } });
  const change = (key: number, changed: Partial<AppDraft>) =>
    set(apps.map((app) => (app.key === key ? { ...app, ...changed } : app)));
  const input = (app: AppDraft, member: "name" | "hash", label: string, more: object) => (
    <TextInput
      label={label}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      value={app[member]}
      aria-invalid={found("code.apps").length > 0 || undefined}
      onBlur={() => onSeen("code.apps")}
      onChange={(event) => change(app.key, { [member]: event.currentTarget.value })}
      {...more}
    />
  );
  return (
    <fieldset className={classes["shared"]} data-rows>
      <legend>{t.apps}</legend>
      {apps.map((app) => (
        <div className={classes["app"]} key={app.key}>
          {input(app, "name", t.packageName, { placeholder: "com.example.app" })}
          {input(app, "hash", t.hash, { placeholder: t.hashHint, maxLength: 11 })}
          {apps.length > 1 && (
            <ActionIcon
              variant="subtle"
              color="gray"
              size={36}
              aria-label={t.removeApp(app.name)}
              onClick={() => set(apps.filter((one) => one.key !== app.key))}
            >
              <IconX size={17} />
            </ActionIcon>
          )}
        </div>
      ))}
      <FindingWords findings={found("code.apps")} />
      {apps.length < MOST && (
        <div>
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<IconPlus size={15} />}
            onClick={() =>
              set([...apps, { key: Math.max(...apps.map((one) => one.key)) + 1, name: "", hash: "" }])
            }
          >
            {t.addApp}
          </Button>
        </div>
      )}
    </fieldset>
  );
}
