/** Which list is shown: the address says it; where it does not, it is the one that this tab showed last, or else any tab of this browser. */

import { useEffect, useMemo } from "react";
import { useSearchParams } from "wouter";
import { read, write } from "@/shared/lib/storage";
import { useTenant } from "@/shared/session/session-context";
import type { View } from "@/shared/store/views";
import { paramsOf, tellsView, viewOf } from "./view-params";

export function useView(): [View, (view: View) => void] {
  const { tenant_id } = useTenant();
  const [params, setParams] = useSearchParams();
  const text = params.toString();
  const view = useMemo(() => {
    const told = new URLSearchParams(text);
    return tellsView(told) ? viewOf(told) : lastView(tenant_id);
  }, [text, tenant_id]);
  useEffect(() => {
    const shown = paramsOf(view).toString();
    write(nameOf(tenant_id), shown, "tab");
    write(nameOf(tenant_id), shown);
  }, [view, tenant_id]);
  return [view, (next) => setParams(paramsOf(next, params), { replace: true })];
}

/** All of them, until somebody chose: where nothing is assigned to anybody yet, "Mine" would look like an empty product. */
export function lastView(tenantId: string): View {
  const name = nameOf(tenantId);
  return viewOf(new URLSearchParams(read(name, "tab") ?? read(name) ?? ""));
}

const nameOf = (tenantId: string): string => `curbe.view/${tenantId}`;
