/** Why a list is empty, and what to do next. */

import { Button } from "@mantine/core";
import { IconChecks, IconFilterOff, IconInbox, IconPlugConnected } from "@tabler/icons-react";
import { useLocation } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useCounts, useDirectory } from "@/shared/store/hooks";
import type { View } from "@/shared/store/views";
import { EmptyState } from "@/shared/ui/empty-state";
import { listMessages } from "./messages";
import { filterCount, unfiltered } from "./view-params";

const ICON = { size: 26, stroke: 1.6 } as const;

interface EmptyListProps {
  view: View;
  onView: (view: View) => void;
  onNew: (() => void) | null;
}

export function EmptyList({ view, onView, onNew }: EmptyListProps) {
  const t = useMessages(listMessages);
  const counts = useCounts();
  const connections = useDirectory("connections");
  const { tenant_id, can } = useTenant();
  const [, navigate] = useLocation();
  const to = (tab: View["tab"], words: string) => (
    <Button variant="default" onClick={() => onView(unfiltered(view, tab))}>
      {words}
    </Button>
  );
  if (filterCount(view) > 0) {
    return (
      <EmptyState
        icon={<IconFilterOff {...ICON} />}
        title={t.empty.filtered}
        action={to(view.tab, t.clearFilters)}
      />
    );
  }
  if (view.tab === "mine") {
    return (
      <EmptyState
        icon={<IconChecks {...ICON} />}
        title={t.empty.mine}
        action={counts?.unassigned ? to("unassigned", t.empty.seeUnassigned) : to("all", t.empty.seeAll)}
      >
        {t.empty.mineHint}
      </EmptyState>
    );
  }
  if (view.tab === "unassigned" && (counts?.all ?? 1) > 0) {
    return (
      <EmptyState
        icon={<IconChecks {...ICON} />}
        title={t.empty.unassigned}
        action={to("all", t.empty.seeAll)}
      >
        {t.empty.unassignedHint}
      </EmptyState>
    );
  }
  if (connections.size === 0) {
    const mayConnect = can("connections:write");
    return (
      <EmptyState
        icon={<IconPlugConnected {...ICON} />}
        title={t.empty.all}
        action={
          mayConnect && (
            <Button onClick={() => navigate(`/t/${tenant_id}/connections`)}>{t.empty.connect}</Button>
          )
        }
      >
        {mayConnect ? t.empty.noNumber : t.empty.askNumber}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={<IconInbox {...ICON} />}
      title={t.empty.all}
      action={
        onNew && (
          <Button variant="default" onClick={onNew}>
            {t.newConversation}
          </Button>
        )
      }
    >
      {t.empty.allHint}
    </EmptyState>
  );
}
