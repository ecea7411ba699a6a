import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { ok } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { TemplatesPage } from "./templates-page";

test("templates are narrowed as they were when one comes back from one of them", async () => {
  const api = {
    [`GET /api/tenants/${TENANT}/templates`]: () => ok({ items: [hello], next_cursor: null }),
  };
  const { unmount } = await renderInbox(<TemplatesPage />, { api });
  await userEvent.type(await screen.findByRole("searchbox"), "hel");
  unmount();
  await renderInbox(<TemplatesPage />, { api });

  expect(await screen.findByDisplayValue("hel")).toBeTruthy();
});

const hello = {
  id: "1",
  name: "hello",
  language: "es",
  category: "UTILITY",
  status: "APPROVED",
  quality: null,
  components: [{ type: "BODY", text: "Hola" }],
  updated_at: "2026-01-01T00:00:00Z",
};
