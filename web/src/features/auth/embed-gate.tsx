import type { ReactNode } from "react";
import { NotLanded } from "@/shared/ui/not-landed";

/**
 * Lets the page of a SaaS in, in whose frame this runs: takes the one-time token from the address, and a session with a bearer for it
 * (`setCredentials({ csrf: null, bearer })`), and shows `children` inside `SessionValue`.
 */
export function EmbedGate(_: { children: ReactNode }) {
  return <NotLanded name="Embedded inbox" />;
}
