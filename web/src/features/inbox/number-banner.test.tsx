import { screen } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { conversationOf, TestServer, uuid } from "@/shared/store/testing";
import type { Connection } from "@/shared/store/types";
import { renderInbox, TENANT } from "@/testing/inbox";
import { NumberBanner } from "./number-banner";

let server: TestServer;

beforeEach(() => {
  server = new TestServer();
});

async function shown(change: Partial<Connection>) {
  const { connection_id: id } = server.put(conversationOf(1));
  server.connections = async () => [
    { id, status: "active", name: "Clínica Sol", phone: "+34600000001", country: "ES", ...change },
  ];
  const { store, container } = await renderInbox(<NumberBanner conversationId={uuid(1)} />, { server });
  await store.loadConversation(uuid(1));
  return container;
}

test("a paused number says why nothing is sent, and leads to where it is mended", async () => {
  await shown({
    status: "error",
    pause: { pause_cause: "ban", pause_reason: "DISABLE", pause_words: null },
  });
  const banner = await screen.findByRole("status");
  expect(banner.textContent).toContain("This number is paused: nothing is sent.");
  expect(banner.textContent).toContain("Meta disabled this WhatsApp Business account.");
  const link = screen.getByRole("link", { name: "Open connections" });
  expect(link.getAttribute("href")).toBe(`/t/${TENANT}/connections`);
});

test("a disconnected number says that nothing can be sent from it", async () => {
  await shown({ status: "revoked" });
  const banner = await screen.findByRole("status");
  expect(banner.textContent).toContain("This number is disconnected");
});

test("a number that works says nothing", async () => {
  await shown({});
  expect(screen.queryByRole("status")).toBeNull();
});
