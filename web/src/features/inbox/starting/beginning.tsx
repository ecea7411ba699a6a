/** Whom one writes to first, from which number, and which template: what is to be known before it is filled in. */

import { Alert, Button, Group, Loader, Select, Stack } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { approved, type Template, useTemplates } from "@/shared/api/templates";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useDirectory } from "@/shared/store/hooks";
import type { ContactSummary } from "@/shared/store/types";
import { ErrorState } from "@/shared/ui/error-state";
import { FormError } from "@/shared/ui/form-error";
import { uiMessages } from "@/shared/ui/messages";
import { useNumbers } from "@/shared/whatsapp/number-choice";
import { TemplateChoice } from "@/shared/whatsapp/template-choice";
import { templateWords } from "@/shared/whatsapp/template-words";
import { conversationWithQuery } from "../api/conversation-with";
import { startingMessages } from "./messages";
import { PersonField } from "./person-field";

const SHORTEST = 7; // digits of a number

export interface Draft {
  phone: string;
  /** Who was found by name; null where a number was typed. */
  contact: ContactSummary | null;
  connectionId: string | null;
  template: Template | null;
}

interface BeginningProps {
  draft: Draft;
  onChange: (draft: Draft) => void;
  /** There is a conversation with them already. */
  onOpen: (conversationId: string) => void;
  onCancel: () => void;
  onDone: () => void;
}

export function Beginning({ draft, onChange, onOpen, onCancel, onDone }: BeginningProps) {
  const t = useMessages(startingMessages);
  const words = useMessages(uiMessages);
  const about = useMessages(templateWords);
  const { none } = useNumbers();
  const { tenant_id } = useTenant();
  const connections = [...useDirectory("connections").values()].filter((one) => one.status !== "revoked");
  const connectionId = draft.connectionId ?? connections[0]?.id ?? null;
  const [asked] = useDebouncedValue(draft.phone.trim(), 300);
  const known = useQuery({
    ...conversationWithQuery(tenant_id, asked, connectionId),
    enabled: digitsOf(asked) >= SHORTEST,
  }).data;
  const complete = digitsOf(draft.phone) >= SHORTEST && draft.template !== null && !known;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!complete) return;
    onChange({ ...draft, connectionId });
    onDone();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <PersonField
          value={draft.phone}
          onChange={(phone, contact) => onChange({ ...draft, phone, contact })}
        />
        {none && <FormError tone="warn">{about.noNumber}</FormError>}
        {connections.length > 1 && (
          <Select
            label={t.from}
            data={connections.map(({ id, phone, name }) => ({
              value: id,
              label: [name, phone].filter(Boolean).join(" · "),
            }))}
            value={connectionId}
            onChange={(id) => onChange({ ...draft, connectionId: id, template: null })}
            allowDeselect={false}
          />
        )}
        {known ? (
          <Alert color="brand" title={t.known(known.name ?? draft.phone)}>
            <Button mt={4} size="compact-md" onClick={() => onOpen(known.conversationId)}>
              {t.openIt}
            </Button>
          </Alert>
        ) : (
          <WhichTemplate
            connectionId={connectionId}
            value={draft.template}
            onChange={(template) => onChange({ ...draft, template })}
          />
        )}
      </Stack>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onCancel}>
          {words.cancel}
        </Button>
        <Button type="submit" disabled={!complete}>
          {t.next}
        </Button>
      </Group>
    </form>
  );
}

interface WhichTemplateProps {
  connectionId: string | null;
  value: Template | null;
  onChange: (template: Template | null) => void;
}

function WhichTemplate({ connectionId, value, onChange }: WhichTemplateProps) {
  const t = useMessages(startingMessages);
  const { tenant_id } = useTenant();
  const query = useTemplates(tenant_id, connectionId, connectionId !== null);
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isLoading) return <Loader size="sm" />;
  const offered = approved(query.data ?? []);
  return (
    <TemplateChoice
      templates={offered}
      loading={false}
      value={value}
      hint={t.templateHint}
      error={false}
      onChange={(id) => onChange(offered.find((one) => one.id === id) ?? null)}
    />
  );
}

const digitsOf = (text: string): number => text.replace(/\D/g, "").length;
