import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { SessionValue, TenantValue } from "@/shared/session/session-context";
import { aSession, fakeApi, ok, problem } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import type { Connection } from "./api/status";
import { RegistrationNote } from "./registration-note";

const TENANT = "0190aaaa-0000-7000-8000-000000000001";
const ID = "0190aaaa-0000-7000-8000-00000000000c";
const REGISTER = `POST /api/tenants/${TENANT}/whatsapp/connections/${ID}/register`;

function note(registration_problem: string | null = null, pin_kept = false) {
  const session = aSession();
  const [membership] = session.memberships;
  if (!membership) throw new Error("a session without a workspace");
  const connection = { id: ID, registration_problem, pin_kept } as Connection;
  return renderAt(
    `/t/${TENANT}/connections`,
    <SessionValue session={session}>
      <TenantValue membership={{ ...membership, role: "admin", scopes: ["connections:write"] }}>
        <RegistrationNote connection={connection} />
      </TenantValue>
    </SessionValue>,
  );
}

const press = () => userEvent.click(screen.getByRole("button", { name: "Register" }));

test("a number without a PIN is registered without typing one", async () => {
  const { asked } = fakeApi({ [REGISTER]: () => ok({ id: ID }) });
  note();

  await press();

  expect(asked[0]?.body).toEqual({ pin: null });
});

test("a number that turns out to have a PIN asks for it, and takes six digits", async () => {
  const answers = [problem(422, "wrong_pin"), ok({ id: ID })];
  const { asked } = fakeApi({ [REGISTER]: () => answers.shift() ?? ok({ id: ID }) });
  note();

  await press();
  const field = await screen.findByLabelText("The number's PIN");
  expect(screen.getByText(/has a PIN of two-step verification already/)).toBeTruthy();
  expect(screen.getByRole("button", { name: "Register" })).toHaveProperty("disabled", true);
  await userEvent.type(field, "12 34-56");
  await press();

  expect(asked.map(({ body }) => body)).toEqual([{ pin: null }, { pin: "123456" }]);
});

test("a number whose PIN is kept is registered without typing it, also after a wrong one was typed", async () => {
  const { asked } = fakeApi({ [REGISTER]: () => ok({ id: ID }) });
  note("wrong_pin", true);
  expect(screen.getByText("The number has another two-step PIN")).toBeTruthy();

  await press();

  expect(asked[0]?.body).toEqual({ pin: null });
});

test("what the last try came to is told", () => {
  fakeApi({});
  note("too_many_requests");

  expect(screen.getByText("Too many attempts. Wait a moment")).toBeTruthy();
});
