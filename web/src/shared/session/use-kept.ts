/** What a list was narrowed to, as long as the tab is open: whoever looks into one thing of it finds it again as it was. */

import { useState } from "react";
import { read, write } from "@/shared/lib/storage";
import { useSession, useTenant } from "./session-context";

/** `name`: of the list. It is kept under this person's name, as others use the browser too (see `forgetUser`). */
export function useKept<Value extends object>(name: string, first: Value): [Value, (value: Value) => void] {
  const { tenant_id } = useTenant();
  const key = `curbe.view/${tenant_id}/${useSession().user.id}/${name}`;
  const [value, setValue] = useState<Value>(() => ({ ...first, ...parsed(read(key, "tab")) }));
  const keep = (next: Value) => {
    setValue(next);
    write(key, JSON.stringify(next), "tab");
  };
  return [value, keep];
}

function parsed(text: string | null): object {
  try {
    const found: unknown = JSON.parse(text ?? "{}");
    return typeof found === "object" && found !== null ? found : {};
  } catch {
    return {};
  }
}
