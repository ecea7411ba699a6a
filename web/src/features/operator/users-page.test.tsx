import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { SessionValue } from "@/shared/session/session-context";
import { aSession, fakeApi, ok, problem } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import { UsersPage } from "./users-page";

test("an account that could not be let in again says why", async () => {
  const stopped = {
    id: "9",
    email: "bea@clinica.example",
    name: "Bea",
    is_operator: false,
    disabled: true,
    created_at: "2026-01-01T00:00:00Z",
  };
  fakeApi({
    "GET /api/operator/users": () => ok({ items: [stopped], next_cursor: null }),
    "PATCH /api/operator/users/9": () => problem(403, "missing_scope"),
  });
  renderAt(
    "/operator/users",
    <SessionValue session={aSession()}>
      <UsersPage />
    </SessionValue>,
  );

  await userEvent.click(await screen.findByRole("button", { name: /Bea/ }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Let it go on", hidden: true }));

  expect(await screen.findByText(/Your role does not allow this/)).toBeTruthy();
});
