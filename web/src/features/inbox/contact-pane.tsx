import { NotLanded } from "@/shared/ui/not-landed";

export function ContactPane(_: { conversationId: string }) {
  return <NotLanded name="Contact" />;
}
