import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { TestServer } from "@/shared/store/testing";
import type { Connection } from "@/shared/store/types";
import { renderInbox, TENANT } from "@/testing/inbox";
import { NumbersLine } from "./numbers-line";

async function shown(...numbers: Partial<Connection>[]) {
  const server = new TestServer();
  server.connections = async () =>
    numbers.map((one, at) => ({
      id: `c${at}`,
      status: "active",
      name: "Clínica Sol",
      phone: "+34600000001",
      country: "ES",
      ...one,
    }));
  await renderInbox(<NumbersLine />, { server });
}

test("the one number there is stands there with how it stands, and leads to the connections", async () => {
  await shown({});
  const line = await screen.findByRole("link");
  expect(line.textContent).toBe("+34600000001 · Connected");
  expect(line.getAttribute("href")).toBe(`/t/${TENANT}/connections`);
});

test.each([
  [{ status: "error" }, "+34600000001 · Paused"],
  [{ unregistered: true }, "+34600000001 · Not registered"],
  [{ status: "revoked" }, "No number is connected"],
])("one that does not send says so: %o", async (change, words) => {
  await shown(change);
  expect((await screen.findByRole("link")).textContent).toBe(words);
});

test("of several it says how many are connected; one that was given up counts for nothing", async () => {
  await shown({}, { status: "error" }, { status: "revoked" });
  expect((await screen.findByRole("link")).textContent).toBe("1 of 2 numbers connected");
});
