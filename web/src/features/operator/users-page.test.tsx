import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { SessionValue } from "@/shared/session/session-context";
import { aSession, fakeApi, ok, problem } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import { UsersPage } from "./users-page";

const ID = "0190aaaa-0000-7000-8000-0000000000aa";
const ANA = {
  id: ID,
  email: "ana@example.org",
  name: "Ana",
  is_operator: false,
  disabled: false,
  created_at: "2026-01-01T00:00:00Z",
};

/** Where nothing has a place on the screen, Mantine hides what hangs on a button: `hidden`. */
test("who changes an account shows that it is them, and then it is changed", async () => {
  let proved = false;
  const { asked } = fakeApi({
    "GET /api/operator/users": () => ok({ items: [ANA], next_cursor: null }),
    [`PATCH /api/operator/users/${ID}`]: () =>
      proved ? ok({ ...ANA, is_operator: true }) : problem(403, "proof_required"),
    "POST /api/auth/proofs": () => {
      proved = true;
      return ok(null, 204);
    },
  });
  renderAt(
    "/",
    <SessionValue session={aSession()}>
      <UsersPage />
    </SessionValue>,
  );

  await userEvent.click(await screen.findByRole("button", { name: /Ana/ }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Make an operator…", hidden: true }));
  await userEvent.click(await screen.findByRole("button", { name: "Make an operator", hidden: true }));
  await userEvent.type(await screen.findByLabelText("Password"), "mine{Enter}");

  await waitFor(() => expect(asked.filter(({ path }) => path.endsWith(ID))).toHaveLength(2));
  expect(asked.filter(({ path }) => path.endsWith(ID))[1]?.body).toEqual({ is_operator: true });
});

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
