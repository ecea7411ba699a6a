/** Writing a template: fields on the left with Meta's rules at each, the phone on the right. */

import { Alert } from "@mantine/core";
import { useParams } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { ErrorState } from "@/shared/ui/error-state";
import { SettingsBody } from "@/shared/ui/settings-section";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { NoNumber } from "@/shared/whatsapp/no-number";
import { useNumbers } from "@/shared/whatsapp/number-choice";
import { useTemplate } from "./api/templates";
import { Editor } from "./editor/editor";
import { templateMessages } from "./messages";
import { EMPTY } from "./model/draft";
import { beyond, draftOf } from "./model/reading";
import { Page } from "./page";

export function NewTemplatePage() {
  const t = useMessages(templateMessages);
  const { tenant } = useParams<{ tenant: string }>();
  const home = `/t/${tenant}/templates`;
  const { none } = useNumbers();
  return (
    <Page back={{ to: home, label: t.back }}>
      <SettingsBody title={t.newTitle} wide>
        {none ? <NoNumber /> : <Editor start={EMPTY} template={null} home={home} />}
      </SettingsBody>
    </Page>
  );
}

export function EditTemplatePage() {
  const t = useMessages(templateMessages);
  const { tenant, template: id = "" } = useParams<{ tenant: string; template: string }>();
  const home = `/t/${tenant}/templates`;
  const { data: template, error, isPending, refetch } = useTemplate(id);
  const odd = template ? beyond(template) : [];
  return (
    <Page back={{ to: `${home}/${id}`, label: template?.name ?? t.back }}>
      {isPending && <ListSkeleton rows={4} />}
      {error && !template && <ErrorState error={error} onRetry={() => void refetch()} />}
      {template && odd.length > 0 && (
        <Alert color="yellow" m="lg">
          {t.beyond} {odd.join(", ")}
        </Alert>
      )}
      {template && odd.length === 0 && (
        <SettingsBody title={t.editTitle(template.name)} hint={t.editHint} wide>
          <Editor start={draftOf(template)} template={template} home={home} key={template.id} />
        </SettingsBody>
      )}
    </Page>
  );
}
