/** How one's own system tells of an event: the request, with what is known of this workspace and its rules filled in. */

import { Button, Select } from "@mantine/core";
import { IconKey, IconPlus, IconTerminal2 } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { CodeBlock } from "@/shared/ui/code-block";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { type Rule, useRules } from "./api/notifications";
import classes from "./connect.module.css";
import { notificationMessages } from "./messages";
import { requestFor, sampleOfAll } from "./model/request";
import { Body } from "./parts/body";

export function Connect() {
  const { connect: t, add } = useMessages(notificationMessages);
  const { tenant_id } = useTenant();
  const { data: rules, error, isPending, refetch } = useRules();
  return (
    <Body view="connect">
      {isPending && <ListSkeleton rows={3} />}
      {error && !rules && <ErrorState error={error} onRetry={() => void refetch()} />}
      {rules?.length === 0 && (
        <EmptyState
          icon={<IconTerminal2 size={26} stroke={1.6} />}
          title={t.title}
          action={
            <Button
              component={Link}
              to={`/t/${tenant_id}/notifications/rules/new`}
              leftSection={<IconPlus size={17} />}
            >
              {add}
            </Button>
          }
        >
          {t.noRules}
        </EmptyState>
      )}
      {rules && rules.length > 0 && <Requests rules={rules.map(({ rule }) => rule)} />}
    </Body>
  );
}

function Requests({ rules }: { rules: readonly Rule[] }) {
  const { connect: t } = useMessages(notificationMessages);
  const { tenant_id, can } = useTenant();
  const events = [...new Set(rules.map(({ event }) => event))];
  const [chosen, setChosen] = useState(events[0] ?? "");
  const event = events.includes(chosen) ? chosen : (events[0] ?? "");
  const data = sampleOfAll(rules.filter((rule) => rule.event === event));
  return (
    <div className={classes["parts"]}>
      <div className={classes["words"]}>
        <h2 className={classes["title"]}>{t.title}</h2>
        <p className={classes["hint"]}>{t.hint}</p>
        <Select
          label={t.event}
          allowDeselect={false}
          data={events}
          value={event}
          onChange={(value) => value && setChosen(value)}
        />
        <h3 className={classes["subtitle"]}>{t.key}</h3>
        <p className={classes["hint"]}>{can("keys:write") ? t.keyHint : t.keyNone}</p>
        {can("keys:write") && (
          <Button
            component={Link}
            to={`/t/${tenant_id}/settings/keys`}
            variant="default"
            leftSection={<IconKey size={16} />}
          >
            {t.keyLink}
          </Button>
        )}
      </div>
      <div className={classes["request"]}>
        <CodeBlock label={t.request}>
          {requestFor({ origin: location.origin, tenantId: tenant_id, event, data })}
        </CodeBlock>
        <h3 className={classes["subtitle"]}>{t.fields}</h3>
        <dl className={classes["fields"]}>
          {(["event", "id", "data"] as const).map((name) => (
            <div key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>{t.field[name]}</dd>
            </div>
          ))}
        </dl>
        <h3 className={classes["subtitle"]}>{t.answer}</h3>
        <p className={classes["hint"]}>{t.answerHint}</p>
      </div>
    </div>
  );
}
