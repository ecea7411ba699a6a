import type { ComponentType } from "react";
import { everyMessage, longThread, unreadThread } from "./thread-messages";
import { ThreadStory } from "./thread-story";

export const stories: Record<string, ComponentType> = {
  messages: () => <ThreadStory contents={everyMessage()} />,
  unread: () => <ThreadStory contents={unreadThread()} />,
  long: () => <ThreadStory contents={longThread(10_000)} />,
  closed: () => <ThreadStory contents={{ ...unreadThread(), closesAt: "2026-11-01T10:00:00Z" }} />,
};
