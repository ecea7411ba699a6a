/** Which list is shown: the address says it; where it does not, it is the one that this tab showed last, or else any tab of this browser. */

import { useEffect, useMemo } from "react";
import { useSearchParams } from "wouter";
import { read, write } from "@/shared/lib/storage";
import { useSession, useTenant } from "@/shared/session/session-context";
import type { View } from "@/shared/store/views";
import { paramsOf, tellsView, viewOf } from "./view-params";

export function useView(): [View, (view: View) => void] {
  const name = useViewName();
  const [params, setParams] = useSearchParams();
  const text = params.toString();
  const view = useMemo(() => {
    const told = new URLSearchParams(text);
    return tellsView(told) ? viewOf(told) : lastView(name);
  }, [text, name]);
  useEffect(() => {
    const shown = paramsOf(view).toString();
    write(name, shown, "tab");
    write(name, shown);
  }, [view, name]);
  return [view, (next) => setParams(paramsOf(next, params), { replace: true })];
}

/** All of them, until somebody chose: where nothing is assigned to anybody yet, "Mine" would look like an empty product. */
export function lastView(name: string): View {
  return viewOf(new URLSearchParams(read(name, "tab") ?? read(name) ?? ""));
}

/** Under which name the last one is kept: of this person alone, as others use the browser too (see `forgetUser`). */
export function useViewName(): string {
  const { tenant_id } = useTenant();
  return `curbe.view/${tenant_id}/${useSession().user.id}`;
}
