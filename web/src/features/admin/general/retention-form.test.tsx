import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { problem } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import type { TenantShown } from "../api/tenant";
import { RetentionForm } from "./retention-form";

const tenant = { id: TENANT, retention_days: 30, purged_at: null } as TenantShown;

async function shown() {
  const refused = () => problem(503, "unavailable");
  const api = {
    [`PATCH /api/tenants/${TENANT}`]: refused,
    [`GET /api/tenants/${TENANT}/retention`]: refused,
  };
  await renderInbox(<RetentionForm tenant={tenant} />, { api });
  return screen.getByRole("combobox") as HTMLInputElement;
}

test("a time that could not be kept is not the one that is shown", async () => {
  const field = await shown();
  await userEvent.click(field);
  fireEvent.click(await screen.findByRole("option", { name: "1 year", hidden: true }));

  expect(await screen.findByText(/This is not possible at the moment/)).toBeTruthy();
  await waitFor(() => expect(field.value).toBe("30 days"));
});
