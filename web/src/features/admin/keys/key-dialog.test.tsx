import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { SessionValue, TenantValue } from "@/shared/session/session-context";
import { aSession, fakeApi, ok, problem } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import { KeyDialog } from "./key-dialog";

const TENANT = "0190aaaa-0000-7000-8000-000000000001";
const CREATE = `POST /api/tenants/${TENANT}/keys`;
const KEY = "curbe_t_abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

function dialog() {
  const session = aSession();
  const [membership] = session.memberships;
  if (!membership) throw new Error("a session without a workspace");
  let closed = false;
  renderAt(
    "/",
    <SessionValue session={session}>
      <TenantValue membership={membership}>
        <KeyDialog
          onClose={() => {
            closed = true;
          }}
        />
      </TenantValue>
    </SessionValue>,
  );
  return { isClosed: () => closed };
}

const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));

test("a key that wants a proof asks for the password, is made then, and shown once", async () => {
  let proved = false;
  const { asked } = fakeApi({
    [CREATE]: () => (proved ? ok({ id: "1", key: KEY }, 201) : problem(403, "proof_required")),
    "POST /api/auth/proofs": ({ body }) => {
      proved = (body as { password: string }).password === "right";
      return proved ? ok(null, 204) : problem(401, "wrong_credentials");
    },
  });
  const { isClosed } = dialog();
  await userEvent.type(screen.getByLabelText("Name"), "CRM");
  await press("Only read");
  await press("Make key");

  await userEvent.type(await screen.findByLabelText("Password"), "wrong{Enter}");
  expect(await screen.findByText("That is not right. Try again.")).toBeTruthy();
  await userEvent.clear(screen.getByLabelText("Password"));
  await userEvent.type(screen.getByLabelText("Password"), "right{Enter}");

  expect(await screen.findByDisplayValue(KEY)).toBeTruthy();
  const made = asked.filter(({ path }) => path.endsWith("/keys"));
  expect(made).toHaveLength(2);
  expect(made[1]?.body).toMatchObject({ name: "CRM", scopes: ["inbox:read", "events:read"] });
  await press("I have copied it");
  expect(isClosed()).toBe(true);
});

test("who does not give the proof makes no key, and what was typed is still there", async () => {
  fakeApi({ [CREATE]: () => problem(403, "proof_required") });
  dialog();
  await userEvent.type(screen.getByLabelText("Name"), "CRM");
  await press("Make key");
  await screen.findByLabelText("Password");

  await userEvent.click(screen.getAllByRole("button", { name: "Cancel" }).at(-1) as HTMLElement);

  await waitFor(() => expect(screen.queryByLabelText("Password")).toBeNull());
  expect(screen.getByLabelText("Name")).toHaveProperty("value", "CRM");
});

test("Escape closes the question who it is, and not the form beneath it", async () => {
  fakeApi({ [CREATE]: () => problem(403, "proof_required") });
  const { isClosed } = dialog();
  await press("Make key");
  await userEvent.type(await screen.findByLabelText("Password"), "{Escape}");

  await waitFor(() => expect(screen.queryByLabelText("Password")).toBeNull());
  expect(isClosed()).toBe(false);
});

test("a key that may do nothing is not asked for", async () => {
  const { asked } = fakeApi({});
  dialog();
  for (const box of screen.getAllByRole("checkbox", { checked: true })) await userEvent.click(box);

  await press("Make key");

  expect(screen.getByText("Choose at least one thing.")).toBeTruthy();
  expect(asked).toEqual([]);
});
