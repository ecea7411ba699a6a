/** Every message template of the workspace, with how it stands at Meta. */

import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPhoto, IconPlus, IconSearch, IconTemplate } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { Link, useParams } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useKept } from "@/shared/session/use-kept";
import { useInvalidateOn } from "@/shared/store/use-invalidate";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { LoadMore } from "@/shared/ui/load-more";
import { SettingsBody } from "@/shared/ui/settings-section";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { NoNumber } from "@/shared/whatsapp/no-number";
import { useNumbers } from "@/shared/whatsapp/number-choice";
import { type Filters, useTemplatePages } from "./api/templates";
import { CoverDialog } from "./cover-dialog";
import { LANGUAGES } from "./languages";
import classes from "./list/list.module.css";
import { Synced } from "./list/synced";
import { TemplateRow } from "./list/template-row";
import { templateMessages } from "./messages";
import { Page } from "./page";
import { useLanguageName } from "./words";

const NONE: Filters = { q: "", status: null, category: null, language: null };
const NEWS = ["template_updated"] as const;

export function TemplatesPage() {
  const t = useMessages(templateMessages);
  const tenant = useTenant();
  const home = `/t/${useParams<{ tenant: string }>().tenant}/templates`;
  const [filters, setFilters] = useKept<Filters>("templates", NONE);
  const [asked] = useDebouncedValue(filters, 200);
  const [covering, setCovering] = useState(false);
  const pages = useTemplatePages(asked);
  const key = useMemo(() => ["templates", tenant.tenant_id], [tenant.tenant_id]);
  useInvalidateOn(NEWS, key);
  const filtered = Object.values(asked).some(Boolean);
  const isEmpty = pages.items?.length === 0;
  const isFirst = useNumbers().none && isEmpty && !filtered;
  const mayWrite = tenant.can("templates:write") && !isFirst;
  const add = mayWrite && (
    <Button component={Link} to={`${home}/new`} leftSection={<IconPlus size={17} />}>
      {t.create}
    </Button>
  );
  return (
    <Page>
      <SettingsBody
        wide
        title={t.title}
        hint={t.hint}
        action={
          <div className={classes["actions"]}>
            {mayWrite && (
              <Button
                variant="default"
                leftSection={<IconPhoto size={17} />}
                onClick={() => setCovering(true)}
              >
                {t.cover}
              </Button>
            )}
            {add}
          </div>
        }
      >
        {!isFirst && <Synced />}
        {(!isEmpty || filtered) && <FilterBar filters={filters} onChange={setFilters} />}
        {pages.isPending && <ListSkeleton rows={6} />}
        {Boolean(pages.error) && !pages.items && <ErrorState error={pages.error} onRetry={pages.refetch} />}
        {isFirst && <NoNumber />}
        {isEmpty && !filtered && !isFirst && (
          <EmptyState icon={<IconTemplate size={26} stroke={1.6} />} title={t.empty} action={add}>
            {t.emptyHint}
          </EmptyState>
        )}
        {isEmpty && filtered && (
          <EmptyState
            icon={<IconSearch size={26} stroke={1.6} />}
            title={t.noneFits}
            action={
              <Button variant="default" onClick={() => setFilters(NONE)}>
                {t.clear}
              </Button>
            }
          >
            {t.noneFitsHint}
          </EmptyState>
        )}
        {pages.items && pages.items.length > 0 && (
          <ul className={classes["list"]} aria-label={t.list}>
            {pages.items.map((template) => (
              <TemplateRow template={template} to={`${home}/${template.id}`} key={template.id} />
            ))}
          </ul>
        )}
        {pages.items && (
          <LoadMore
            more={pages.more}
            loading={pages.loadingMore}
            error={pages.error}
            onMore={pages.loadMore}
          />
        )}
        {covering && <CoverDialog onClose={() => setCovering(false)} />}
      </SettingsBody>
    </Page>
  );
}

function FilterBar({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const t = useMessages(templateMessages);
  const language = useLanguageName();
  const choice = (
    name: "status" | "category" | "language",
    label: string,
    words: Readonly<Record<string, string>>,
  ) => (
    <Select
      aria-label={label}
      placeholder={label}
      className={classes["choice"]}
      clearable
      searchable={name === "language"}
      data={Object.entries(words).map(([value, word]) => ({ value, label: word }))}
      value={filters[name]}
      onChange={(value) => onChange({ ...filters, [name]: value })}
    />
  );
  const languages = useMemo(
    () => Object.fromEntries(LANGUAGES.map((code) => [code, language(code)])),
    [language],
  );
  return (
    <div className={classes["filters"]}>
      <TextInput
        type="search"
        aria-label={t.search}
        placeholder={t.search}
        leftSection={<IconSearch size={16} />}
        value={filters.q}
        onChange={(event) => onChange({ ...filters, q: event.currentTarget.value })}
      />
      {choice("status", t.status, t.statusOf)}
      {choice("category", t.category, t.categoryOf)}
      {choice("language", t.language, languages)}
    </div>
  );
}
