import { NotLanded } from "@/shared/ui/not-landed";

interface ThreadPaneProps {
  conversationId: string;
  /** The message to show and mark (`?message=`), as a search result links to it. */
  messageId: string | null;
}

export function ThreadPane(_: ThreadPaneProps) {
  return <NotLanded name="Thread" />;
}
