import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { messageOf, uuid } from "@/shared/store/testing";
import { renderInbox } from "@/testing/inbox";
import { DataContext, type ThreadData } from "../thread-context";
import { MessageInfo } from "./message-info";

const data = {
  contactName: "Eva",
  nameOf: () => "Ana",
  isMe: () => false,
} as Partial<ThreadData> as ThreadData;

test.each([
  ["authentication-international", "Authentication, international"],
  ["service", "Service (no template)"],
  ["something_new", "something_new"], // Meta's own word, where there is none of ours yet
])("what Meta counts as %s is told as %s", async (category, told) => {
  const message = messageOf(1, uuid(1), { direction: "outbound", pricing: { category, type: "regular" } });
  await renderInbox(
    <DataContext value={data}>
      <MessageInfo message={message} onClose={() => undefined} />
    </DataContext>,
  );
  expect((await screen.findByText("Price category")).nextSibling?.textContent).toBe(told);
});
