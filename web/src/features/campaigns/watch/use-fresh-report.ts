/** The report and its rows follow the figures, some seconds behind: they cost more to count. */

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTenant } from "@/shared/session/session-context";
import { type Campaign, keys, type Progress } from "../api/campaigns";

const BEHIND = 4_000;

export function useFreshReport(campaign: Campaign, progress: Progress | undefined): void {
  const client = useQueryClient();
  const { tenant_id } = useTenant();
  const { id, state } = campaign;
  const seen = useRef<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => {
    if (!progress) return;
    const now = JSON.stringify([state, progress]);
    const before = seen.current;
    seen.current = now;
    if (before === null || before === now || timer.current !== null) return;
    timer.current = setTimeout(() => {
      timer.current = null;
      void client.invalidateQueries({ queryKey: keys.report(tenant_id, id) });
      void client.invalidateQueries({ queryKey: keys.recipients(tenant_id, id) });
    }, BEHIND);
  }, [client, tenant_id, id, state, progress]);
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = null;
    },
    [],
  );
}
