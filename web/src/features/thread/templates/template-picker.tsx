/** Choosing a template, filling it in, and seeing how it will look before it goes. */

import { Button, Loader } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconRefresh, IconTemplate } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { inOneLine, problemMessages, problemWords } from "@/shared/api/problem-words";
import { type Template, useSyncTemplates, useTemplates } from "@/shared/api/templates";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import type { Conversation, Json } from "@/shared/store/types";
import { Dialog } from "@/shared/ui/dialog";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { useClosing } from "@/shared/ui/leave-question";
import { uiMessages } from "@/shared/ui/messages";
import { previewOf } from "@/shared/whatsapp/templates";
import { useFillings } from "@/shared/whatsapp/use-fillings";
import { folded } from "../model/folded";
import { templateMessages } from "./messages";
import { TemplateForm } from "./template-form";
import classes from "./template-picker.module.css";
import { useFirstFocus } from "./use-first-focus";

interface TemplatePickerProps {
  conversation: Conversation;
  onClose: () => void;
  /** `words`: what it says, for the line while it is sent. */
  onSend: (template: Json, words: string) => void;
}

export function TemplatePicker({ conversation, onClose, onSend }: TemplatePickerProps) {
  const t = useMessages(templateMessages);
  const ui = useMessages(uiMessages);
  const tenant = useTenant();
  const query = useTemplates(tenant.tenant_id, conversation.connection_id);
  const [chosen, setChosen] = useState<Template | null>(null);
  const { filling, fill, isBegun } = useFillings(chosen?.id ?? null);
  const { close, asking, question } = useClosing(isBegun, onClose);
  const approved = useMemo(
    () => (query.data ?? []).filter((one) => one.status === "APPROVED" && one.components),
    [query.data],
  );
  return (
    <Dialog
      opened
      onClose={close}
      title={t.title}
      size={chosen ? 860 : 680}
      closeButtonProps={{ "aria-label": ui.close }}
      closeOnClickOutside={false}
      closeOnEscape={!asking}
    >
      {chosen ? (
        <TemplateForm
          contact={conversation.contact}
          template={chosen}
          filling={filling}
          onFill={fill}
          onBack={() => setChosen(null)}
          onSend={onSend}
        />
      ) : query.isPending ? (
        <Loader size="sm" />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : approved.length === 0 ? (
        <EmptyState icon={<IconTemplate size={26} stroke={1.6} />} title={t.none} action={<Sync />}>
          {t.noneHint}
        </EmptyState>
      ) : (
        <TemplateList templates={approved} onChoose={setChosen} />
      )}
      {question}
    </Dialog>
  );
}

function Sync() {
  const t = useMessages(templateMessages);
  const problems = useMessages(problemMessages);
  const { tenant_id: tenantId } = useTenant();
  const sync = useSyncTemplates(tenantId);
  const ask = () =>
    sync.mutate(undefined, {
      onSuccess: ({ accounts }) => {
        const count = (of: "templates" | "changed") =>
          accounts.reduce((sum, account) => sum + account[of], 0);
        const refused = accounts.find((account) => account.error);
        notifications.show({
          color: refused ? "red" : "brand",
          message: `${t.synced(count("templates"), count("changed"))}${refused ? `. ${refused.detail}` : ""}`,
        });
      },
      onError: (error) => {
        const words = problemWords(error, problems);
        notifications.show({ color: "red", title: t.syncFailed, message: inOneLine(words) });
      },
    });
  return (
    <Button
      variant="default"
      size="sm"
      loading={sync.isPending}
      leftSection={<IconRefresh size={16} />}
      onClick={ask}
      title={t.syncHint}
    >
      {t.sync}
    </Button>
  );
}

function TemplateList({
  templates,
  onChoose,
}: {
  templates: readonly Template[];
  onChoose: (template: Template) => void;
}) {
  const t = useMessages(templateMessages);
  const [words, setWords] = useState("");
  const [category, setCategory] = useState("");
  const [language, setLanguage] = useState("");
  const filters = useFirstFocus<HTMLDivElement>();
  const languages = useMemo(() => [...new Set(templates.map((one) => one.language))].sort(), [templates]);
  const shown = useMemo(() => {
    const wanted = folded(words).split(/\s+/).filter(Boolean);
    return templates.filter((one) => {
      if ((category && one.category !== category) || (language && one.language !== language)) return false;
      const text = folded(`${one.name.replaceAll("_", " ")} ${one.name} ${previewOf(one.components).body}`);
      return wanted.every((word) => text.includes(word));
    });
  }, [templates, words, category, language]);
  const names: Record<string, string | undefined> = t.categories;
  return (
    <>
      <div ref={filters} className={classes["filters"]}>
        <input
          type="search"
          value={words}
          placeholder={t.search}
          aria-label={t.search}
          data-autofocus
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        <select
          value={category}
          aria-label={t.category}
          onChange={(event) => setCategory(event.currentTarget.value)}
        >
          <option value="">{t.category}</option>
          {Object.entries(t.categories).map(([key, name]) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
        <select
          value={language}
          aria-label={t.language}
          onChange={(event) => setLanguage(event.currentTarget.value)}
        >
          <option value="">{t.language}</option>
          {languages.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
        <Sync />
      </div>
      <ul className={classes["list"]}>
        {shown.map((one) => (
          <li key={one.id}>
            <button type="button" onClick={() => onChoose(one)}>
              <span className={classes["head"]}>
                <strong>{one.name}</strong>
                <span className={classes["tag"]}>{one.language}</span>
                {one.category && (
                  <span className={classes["tag"]} data-category={one.category}>
                    {names[one.category] ?? one.category}
                  </span>
                )}
              </span>
              <span className={classes["body"]}>{previewOf(one.components).body}</span>
            </button>
          </li>
        ))}
        {shown.length === 0 && <li className={classes["empty"]}>{t.noneFits}</li>}
      </ul>
    </>
  );
}
