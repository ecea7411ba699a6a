/** The figures told apart: by agent, template, campaign, what was charged, why it failed. One at a time, each with its CSV. */

import { Anchor, Tabs } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useFormat, useLanguage, useMessages } from "@/shared/i18n/language";
import { countryName } from "@/shared/lib/countries";
import { useTenant } from "@/shared/session/session-context";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { NONE, useAmounts } from "./amounts";
import {
  type Asked,
  type CostLine,
  costsQuery,
  csvOf,
  type Failure,
  type Kind,
  type Line,
  tableQuery,
} from "./api/reports";
import { type Column, DataTable } from "./data-table";
import { reportMessages } from "./messages";
import classes from "./reports-page.module.css";

const TABS = ["agents", "templates", "campaigns", "costs", "failures"] as const;
type Tab = (typeof TABS)[number];

export function Breakdown({ asked, failures }: { asked: Asked; failures: Failure[] }) {
  const t = useMessages(reportMessages);
  const [tab, setTab] = useState<Tab>("agents");
  return (
    <section className={classes["card"]} aria-label={t.details}>
      <Tabs value={tab} onChange={(value) => setTab((value ?? "agents") as Tab)} keepMounted={false}>
        <Tabs.List className={classes["tabs"]}>
          {TABS.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t[one]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {(["agents", "templates", "campaigns"] as const).map((kind) => (
          <Tabs.Panel key={kind} value={kind}>
            <Lines kind={kind} asked={asked} />
          </Tabs.Panel>
        ))}
        <Tabs.Panel value="costs">
          <CostTable asked={asked} />
        </Tabs.Panel>
        <Tabs.Panel value="failures">
          <FailureTable failures={failures} asked={asked} />
        </Tabs.Panel>
      </Tabs>
    </section>
  );
}

function Lines({ kind, asked }: { kind: Kind; asked: Asked }) {
  const t = useMessages(reportMessages);
  const { tenant_id } = useTenant();
  const { data, error, refetch } = useQuery(tableQuery(tenant_id, kind, asked));
  const columns = useLineColumns(kind, data?.lines ?? []);
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <ListSkeleton />;
  if (data.lines.length === 0) return <EmptyState title={t.empty[kind]} />;
  return (
    <Panel name={t[kind]} csv={csvOf(tenant_id, kind, asked)}>
      <DataTable label={t[kind]} rows={data.lines} keyOf={(line) => line.key} columns={columns} />
    </Panel>
  );
}

function useLineColumns(kind: Kind, lines: Line[]): Column<Line>[] {
  const t = useMessages(reportMessages);
  const { count, share, span, money } = useAmounts();
  const nameOf = useNameOf();
  const most = Math.max(1, ...lines.map((line) => line.figures.sent));
  const first = { agents: t.who, templates: t.template, campaigns: t.campaign }[kind];
  const columns: Column<Line>[] = [
    { name: first, words: true, cell: nameOf, bar: (line) => line.figures.sent / most },
    { name: t.sent, cell: ({ figures }) => count(figures.sent) },
    { name: t.delivered, cell: ({ figures }) => share(figures.delivered, figures.sent) },
    { name: t.read, cell: ({ figures }) => share(figures.read, figures.delivered) },
    { name: t.replied, cell: ({ figures }) => share(figures.replied, figures.sent) },
    { name: t.failed, cell: ({ figures }) => count(figures.failed) },
  ];
  if (kind === "agents")
    return [
      ...columns.slice(0, 2),
      { name: t.firstResponse, cell: (line) => span(line.first_response?.median_seconds) },
      { name: t.answeredName, cell: (line) => count(line.first_response?.count ?? 0) },
      { name: t.resolution, cell: (line) => span(line.resolution?.median_seconds) },
      { name: t.resolvedName, cell: (line) => count(line.resolution?.count ?? 0) },
      ...columns.slice(5),
    ];
  return [...columns, { name: t.cost, cell: ({ cost }) => money(cost.amount, cost.currency) }];
}

/** What a line is called: a name, else what its key says. */
function useNameOf(): (line: Line) => ReactNode {
  const t = useMessages(reportMessages);
  return ({ key, name }) => {
    if (name) return name;
    const [kind = "", rest] = key.split(":");
    if (rest === undefined)
      return Object.hasOwn(t.senders, key) ? t.senders[key as keyof typeof t.senders] : key;
    if (kind === "user") return t.senders.gone;
    if (kind === "key" || kind === "campaign") return t.senders[kind];
    return t.senders.system;
  };
}

function CostTable({ asked }: { asked: Asked }) {
  const t = useMessages(reportMessages);
  const { tenant_id } = useTenant();
  const { locale, date } = useFormat();
  const { count, money } = useAmounts();
  const { data, error, refetch } = useQuery(costsQuery(tenant_id, asked));
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <ListSkeleton />;
  if (data.lines.length === 0) return <EmptyState title={t.empty.costs} />;
  const { currency, untold, as_of } = data.total;
  const most = Math.max(1e-9, ...data.lines.map((line) => Number(line.amount ?? 0)));
  const columns: Column<CostLine>[] = [
    {
      name: t.category,
      words: true,
      cell: (line) =>
        Object.hasOwn(t.categories, line.category)
          ? t.categories[line.category as keyof typeof t.categories]
          : line.category,
      bar: (line) => Number(line.amount ?? 0) / most,
    },
    {
      name: t.country,
      words: true,
      cell: (line) => (line.country ? countryName(line.country, locale) : t.noCountry),
    },
    { name: t.messages, cell: (line) => count(line.messages) },
    { name: t.each, cell: (line) => eachOf(line, currency) },
    { name: t.amount, cell: (line) => (line.amount === null ? NONE : money(line.amount, currency)) },
  ];
  function eachOf(line: CostLine, unit: string): string {
    if (line.pricing === "untold") return t.untold;
    if (line.each === null) return NONE;
    return Number(line.each) === 0 ? t.free : money(line.each, unit);
  }
  return (
    <Panel
      name={t.costs}
      csv={csvOf(tenant_id, "costs", asked)}
      hint={[t.rates(date(`${as_of}T12:00:00`)), untold > 0 && t.noPrice(untold)].filter(Boolean).join(" ")}
    >
      <DataTable
        label={t.costs}
        rows={data.lines}
        keyOf={(line) => `${line.category}/${line.country}/${line.pricing}`}
        columns={columns}
      />
    </Panel>
  );
}

function FailureTable({ failures, asked }: { failures: Failure[]; asked: Asked }) {
  const t = useMessages(reportMessages);
  const { language } = useLanguage();
  const { tenant_id } = useTenant();
  const { count } = useAmounts();
  if (failures.length === 0) return <EmptyState title={t.empty.failures} />;
  const most = Math.max(1, ...failures.map((failure) => failure.count));
  const columns: Column<Failure>[] = [
    {
      name: t.reason,
      words: true,
      cell: (failure) =>
        failure.words?.[language] ?? (failure.kind === "cancelled" ? t.cancelled : failure.kind),
      bar: (failure) => failure.count / most,
    },
    { name: t.code, cell: (failure) => (failure.code ? String(failure.code) : NONE) },
    { name: t.messages, cell: (failure) => count(failure.count) },
  ];
  return (
    <Panel name={t.failures} csv={csvOf(tenant_id, "summary", asked)}>
      <DataTable
        label={t.failures}
        rows={failures}
        keyOf={(failure) => `${failure.kind}/${failure.code}`}
        columns={columns}
      />
    </Panel>
  );
}

function Panel({
  name,
  csv,
  hint,
  children,
}: {
  name: string;
  csv: string;
  hint?: string;
  children: ReactNode;
}) {
  return (
    <div className={classes["panel"]}>
      {children}
      <div className={classes["foot"]}>
        <p>{hint}</p>
        <CsvLink name={name} to={csv} />
      </div>
    </div>
  );
}

export function CsvLink({ name, to }: { name: string; to: string }) {
  const t = useMessages(reportMessages);
  return (
    <Anchor href={to} download className={classes["csv"]} aria-label={t.csvOf(name)}>
      <IconDownload size={15} stroke={1.8} /> {t.csv}
    </Anchor>
  );
}
