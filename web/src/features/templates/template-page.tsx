/** One template: how it looks, how it stands at Meta, and what can be done with it. */

import { Button } from "@mantine/core";
import { IconPencil, IconPlayerPlay, IconTrash } from "@tabler/icons-react";
import { type ReactNode, useMemo, useState } from "react";
import { Link, useLocation, useParams } from "wouter";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useInvalidateOn } from "@/shared/store/use-invalidate";
import { ErrorState } from "@/shared/ui/error-state";
import { FormError } from "@/shared/ui/form-error";
import { tellFailed, tellSaved } from "@/shared/ui/notices";
import { SettingsBody } from "@/shared/ui/settings-section";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { Time } from "@/shared/ui/time";
import { type Template, useAccounts, useTemplate, useUnpause } from "./api/templates";
import { DeleteDialog } from "./delete-dialog";
import { useCodeLook } from "./editor/code-look";
import { templateMessages } from "./messages";
import { lookOf } from "./model/look";
import { beyond, draftOf } from "./model/reading";
import { Page } from "./page";
import { Phone } from "./phone";
import { isEditable } from "./status";
import classes from "./template-page.module.css";
import { CategoryWord, QualityWord, StatusWord, useComing, useLanguageName } from "./words";

const NEWS = ["template_updated"] as const;

export function TemplatePage() {
  const t = useMessages(templateMessages);
  const { tenant_id } = useTenant();
  const { tenant, template: id = "" } = useParams<{ tenant: string; template: string }>();
  const home = `/t/${tenant}/templates`;
  const [deleting, setDeleting] = useState(false);
  const { data: template, error, isPending, refetch } = useTemplate(id, !deleting);
  const key = useMemo(() => ["templates", tenant_id], [tenant_id]);
  useInvalidateOn(NEWS, key);
  return (
    <Page back={{ to: home, label: t.back }}>
      {isPending && <ListSkeleton rows={4} />}
      {error && !template && <ErrorState error={error} onRetry={() => void refetch()} />}
      {template && <Shown template={template} home={home} onDeleting={setDeleting} />}
    </Page>
  );
}

interface ShownProps {
  template: Template;
  home: string;
  onDeleting: (deleting: boolean) => void;
}

function Shown({ template, home, onDeleting }: ShownProps) {
  const t = useMessages(templateMessages);
  const tenant = useTenant();
  const language = useLanguageName();
  const coming = useComing(template);
  const [, go] = useLocation();
  const [leaving, setLeaving] = useState(false);
  const odd = beyond(template);
  const mayWrite = tenant.can("templates:write");
  const may = mayWrite && isEditable(template.status) && odd.length === 0;
  return (
    <SettingsBody
      title={template.name}
      hint={language(template.language)}
      action={
        mayWrite && (
          <div className={classes["actions"]}>
            {may && (
              <Button
                component={Link}
                to={`${home}/${template.id}/edit`}
                variant="default"
                leftSection={<IconPencil size={16} />}
              >
                {t.edit}
              </Button>
            )}
            {template.status === "PAUSED" && <Unpause template={template} />}
            {template.status !== "DISABLED" && (
              <Button
                variant="default"
                leftSection={<IconTrash size={16} />}
                onClick={() => setLeaving(true)}
              >
                {t.remove}
              </Button>
            )}
          </div>
        )
      }
    >
      <div className={classes["state"]}>
        <StatusWord status={template.status} />
        <CategoryWord category={template.category} />
        <QualityWord quality={template.quality} />
      </div>
      {template.status === "PAUSED" && mayWrite && <FormError tone="warn">{t.unpauseHint}</FormError>}
      {template.rejected_reason && (
        <FormError>
          {t.rejected}: {template.rejected_reason}
          {template.status_detail && ` · ${template.status_detail}`}
        </FormError>
      )}
      {coming && <FormError tone="warn">{coming}</FormError>}
      {odd.length > 0 && (
        <FormError tone="warn">
          {t.beyond} {odd.join(", ")}
        </FormError>
      )}
      <div className={classes["sides"]}>
        <Facts template={template} />
        {template.components === null ? <p>{t.noText}</p> : <Preview template={template} />}
      </div>
      {leaving && (
        <DeleteDialog
          template={template}
          onClose={() => setLeaving(false)}
          onDeleting={onDeleting}
          onDone={() => {
            tellSaved(t.removed(template.name));
            go(home);
          }}
        />
      )}
    </SettingsBody>
  );
}

function Unpause({ template }: { template: Template }) {
  const t = useMessages(templateMessages);
  const refusal = useRefusal();
  const { mutate, isPending } = useUnpause();
  return (
    <Button
      variant="default"
      leftSection={<IconPlayerPlay size={16} />}
      loading={isPending}
      title={t.unpauseHint}
      onClick={() =>
        mutate(template.id, {
          onSuccess: () => tellSaved(t.unpaused(template.name)),
          onError: (error) => tellFailed(refusal(error) ?? ""),
        })
      }
    >
      {t.unpause}
    </Button>
  );
}

function Preview({ template }: { template: Template }) {
  const codeLook = useCodeLook();
  const look = lookOf(template.components);
  const draft = draftOf(template);
  return <Phone look={draft.kind === "CODE" && !look.body ? codeLook(draft.code) : look} />;
}

function Facts({ template }: { template: Template }) {
  const t = useMessages(templateMessages);
  const { data: accounts } = useAccounts();
  const account = accounts?.find((one) => one.waba_id === template.waba_id);
  const fact = (name: string, value: ReactNode) => (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
  return (
    <section aria-label={t.facts}>
      <dl className={classes["facts"]}>
        {fact(t.waba, account ? account.numbers.join(", ") : template.waba_id)}
        {JSON.stringify(template.components).includes("{{") &&
          fact(t.format, template.parameter_format === "NAMED" ? t.named : t.counted)}
        {fact(t.changed, <Time at={template.updated_at} as="relative" />)}
        {fact(t.providerId, <code>{template.provider_template_id}</code>)}
      </dl>
    </section>
  );
}
