/** Which list is shown: the address says it, and the tab one was on last where it does not. */

import { useMemo } from "react";
import { useSearchParams } from "wouter";
import { read, write } from "@/shared/lib/storage";
import { useTenant } from "@/shared/session/session-context";
import type { Tab, View } from "@/shared/store/views";
import { paramsOf, TABS, viewOf } from "./view-params";

export function useView(): [View, (view: View) => void] {
  const { tenant_id } = useTenant();
  const [params, setParams] = useSearchParams();
  const stored = `curbe.tab/${tenant_id}`;
  const text = params.toString();
  const view = useMemo(() => viewOf(new URLSearchParams(text), usualTab(read(stored))), [text, stored]);
  const setView = (next: View) => {
    write(stored, next.tab);
    setParams(paramsOf(next, params), { replace: true });
  };
  return [view, setView];
}

/** All of them, until somebody chose: where nothing is assigned to anybody yet, "Mine" would look like an empty product. */
function usualTab(stored: string | null): Tab {
  return TABS.find((tab) => tab === stored) ?? "all";
}
