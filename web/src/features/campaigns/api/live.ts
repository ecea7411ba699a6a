/** Campaigns as they happen: the tenant's events, put where the screens read. */

import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTenant } from "@/shared/session/session-context";
import { useStore } from "@/shared/store/hooks";
import { type Campaign, keys, type Progress } from "./campaigns";

interface Told extends Pick<Campaign, "id" | "name" | "state" | "reason" | "reason_detail" | "scheduled_at"> {
  progress: Progress | null;
}

/** Follows every campaign of the tenant while the screen is open. */
export function useLiveCampaigns(): void {
  const store = useStore();
  const client = useQueryClient();
  const { tenant_id } = useTenant();
  useEffect(
    () =>
      store.onEvent((event) => {
        if (event.type === "campaign_deleted") {
          const { id } = event.data as { id: string };
          void client.invalidateQueries({ queryKey: keys.one(tenant_id, id) }); // whoever has it open is told so
          void client.invalidateQueries({ queryKey: keys.list(tenant_id) });
          return;
        }
        if (event.type !== "campaign_updated" || !isTold(event.data)) return;
        const { progress, ...told } = event.data;
        const former = client.getQueryData<Campaign>(keys.one(tenant_id, told.id));
        if (progress) client.setQueryData(keys.progress(tenant_id, told.id), progress);
        if (former?.state === told.state && progress) return; // its figures alone have changed
        if (former) client.setQueryData(keys.one(tenant_id, told.id), { ...former, ...told });
        void client.invalidateQueries({ queryKey: keys.one(tenant_id, told.id) });
        void client.invalidateQueries({ queryKey: keys.list(tenant_id) });
        if (!progress) void client.invalidateQueries({ queryKey: keys.progress(tenant_id, told.id) });
      }),
    [store, client, tenant_id],
  );
}

function isTold(data: unknown): data is Told {
  return typeof data === "object" && data !== null && "id" in data && "state" in data;
}
