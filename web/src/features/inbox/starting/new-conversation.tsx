/** Writing to somebody first: whom, from which number, and with which template, as free text needs an open window. */

import { Alert, Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { call } from "@/shared/api/client";
import { problemMessages, problemWords } from "@/shared/api/problem-words";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useDirectory } from "@/shared/store/hooks";
import { newId } from "@/shared/store/ids";
import { uiMessages } from "@/shared/ui/messages";
import { conversationWithQuery } from "../api/conversation-with";
import { templatesQuery } from "../api/templates";
import { startingMessages } from "./messages";
import classes from "./new-conversation.module.css";
import { filled, isWordsOnly, keyOf, templateBody, variablesOf } from "./template-model";

interface NewConversationProps {
  onClose: () => void;
  onOpen: (conversationId: string) => void;
}

export function NewConversation({ onClose, onOpen }: NewConversationProps) {
  const t = useMessages(startingMessages);
  const words = useMessages(uiMessages);
  const problems = useMessages(problemMessages);
  const { tenant_id } = useTenant();
  const connections = [...useDirectory("connections").values()].filter((one) => one.status !== "revoked");
  const [phone, setPhone] = useState("");
  const [connectionId, setConnectionId] = useState(connections[0]?.id ?? null);
  const [templateId, setTemplateId] = useState<string | null>(null);
  const [values, setValues] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [key] = useState(newId);

  const [asked] = useDebouncedValue(phone.trim(), 300);
  const known = useQuery({
    ...conversationWithQuery(tenant_id, asked, connectionId),
    enabled: asked.replace(/\D/g, "").length >= 7,
  }).data;
  const templates = useQuery({ ...templatesQuery(tenant_id, connectionId), enabled: connectionId !== null });
  const offered = templates.data ?? [];
  const template = offered.find((one) => one.id === templateId);
  const variables = template ? variablesOf(template) : [];
  const complete =
    phone.trim() !== "" &&
    template &&
    isWordsOnly(template) &&
    variables.every((one) => values[keyOf(one)]?.trim());

  const go = (conversationId: string) => {
    onOpen(conversationId);
    onClose();
  };
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (!complete || busy) return;
    setBusy(true);
    setFailure(null);
    try {
      const sent = await call<{ conversation_id: string }>(
        "POST",
        `/api/tenants/${tenant_id}/whatsapp/messages/send`,
        {
          body: {
            type: "template",
            to: phone.trim(),
            connection_id: connectionId,
            template: templateBody(template, values),
          },
          headers: { "Idempotency-Key": key },
        },
      );
      go(sent.conversation_id);
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const told = failure === null ? null : problemWords(failure, problems);
  return (
    <Modal opened onClose={onClose} title={t.title} closeButtonProps={{ "aria-label": words.close }}>
      <form onSubmit={(event) => void send(event)}>
        <Stack gap="md">
          <TextInput
            type="tel"
            label={t.to}
            description={t.toHint}
            placeholder="+34 611 000 001"
            value={phone}
            onChange={(event) => setPhone(event.currentTarget.value)}
            data-autofocus
          />
          {connections.length > 1 && (
            <Select
              label={t.from}
              data={connections.map(({ id, phone: number, name }) => ({
                value: id,
                label: [name, number].filter(Boolean).join(" · "),
              }))}
              value={connectionId}
              onChange={setConnectionId}
              allowDeselect={false}
            />
          )}
          {known ? (
            <Alert color="brand" title={t.known(known.name ?? phone)}>
              <Button mt={4} size="compact-md" onClick={() => go(known.conversationId)}>
                {t.openIt}
              </Button>
            </Alert>
          ) : (
            <>
              <Select
                label={t.template}
                description={t.templateHint}
                placeholder={t.chooseTemplate}
                data={offered.map(({ id, name, language }) => ({
                  value: id,
                  label: `${name} · ${language}`,
                }))}
                value={templateId}
                onChange={(id) => {
                  setTemplateId(id);
                  setValues({});
                }}
                searchable
                disabled={offered.length === 0}
                error={templates.isSuccess && offered.length === 0 ? t.noTemplates : null}
              />
              {template && !isWordsOnly(template) && <Alert color="yellow">{t.media}</Alert>}
              {template && isWordsOnly(template) && (
                <>
                  {variables.map((one) => (
                    <TextInput
                      key={keyOf(one)}
                      label={t.variable(`{{${one.name}}}`)}
                      value={values[keyOf(one)] ?? ""}
                      onChange={(event) => {
                        const value = event.currentTarget.value;
                        setValues((former) => ({ ...former, [keyOf(one)]: value }));
                      }}
                    />
                  ))}
                  <section aria-label={t.preview} className={classes["preview"]}>
                    {(["header", "body", "footer"] as const).map((part) => (
                      <p key={part} data-part={part}>
                        {filled(template, part, values)}
                      </p>
                    ))}
                  </section>
                </>
              )}
            </>
          )}
          {told && (
            <Alert color="red" title={told.title}>
              {told.detail}
            </Alert>
          )}
        </Stack>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button
            type="submit"
            loading={busy}
            disabled={!complete || (known !== null && known !== undefined)}
          >
            {t.send}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
