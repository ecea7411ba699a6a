import { NotLanded } from "@/shared/ui/not-landed";

interface ListPaneProps {
  /** The conversation that is open, by the address. */
  selected: string | null;
}

export function ListPane(_: ListPaneProps) {
  return <NotLanded name="Conversations" />;
}
