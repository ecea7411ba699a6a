import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { SessionValue, TenantValue } from "@/shared/session/session-context";
import { aSession, fakeApi, ok, problem } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import type { Person } from "../api/people";
import { InviteDialog } from "./invite-dialog";
import { PersonRow } from "./person-row";

const PEOPLE = "/api/tenants/0190aaaa-0000-7000-8000-000000000001/people";
const LINK = "https://curbe.example.com/invite/abc";
const EVA: Person = {
  user_id: "0190eeee-0000-7000-8000-000000000001",
  email: "eva@example.com",
  name: "Eva",
  role: "agent",
  disabled: true,
  invited: false,
  last_seen_at: null,
  teams: [],
};

function shown(node: React.ReactNode) {
  const session = aSession();
  const [membership] = session.memberships;
  if (!membership) throw new Error("a session without a workspace");
  renderAt(
    "/",
    <SessionValue session={session}>
      <TenantValue membership={{ ...membership, role: "owner" }}>{node}</TenantValue>
    </SessionValue>,
  );
}

function proving(request: string, answer: () => Response) {
  let proved = false;
  return fakeApi({
    [request]: () => (proved ? answer() : problem(403, "proof_required")),
    "POST /api/auth/proofs": () => {
      proved = true;
      return ok(null, 204);
    },
  });
}

const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));

test("an invitation that wants a proof asks for the password and goes on", async () => {
  const { asked } = proving(`POST ${PEOPLE}/invites`, () => ok({ user_id: EVA.user_id, link: LINK }, 201));
  shown(<InviteDialog again={{}} onClose={() => {}} />);
  await userEvent.type(screen.getByLabelText("E-mail address"), "eva@example.com");
  await press("Invite");

  await userEvent.type(await screen.findByLabelText("Password"), "right{Enter}");

  expect(await screen.findByDisplayValue(LINK)).toBeTruthy();
  expect(asked.filter(({ path }) => path.endsWith("/invites"))).toHaveLength(2);
});

test("who is let in again is so once it is shown who asks, and not without", async () => {
  const { asked } = proving(`PATCH ${PEOPLE}/${EVA.user_id}`, () => ok({ ...EVA, disabled: false }));
  shown(<PersonRow person={EVA} onInviteAgain={() => {}} />);
  const letIn = async () => {
    await press("More about Eva");
    await userEvent.click(await screen.findByRole("menuitem", { name: "Let in again", hidden: true }));
  };
  await letIn();
  await screen.findByLabelText("Password");
  await userEvent.click(screen.getAllByRole("button", { name: "Cancel" }).at(-1) as HTMLElement);
  await waitFor(() => expect(screen.queryByLabelText("Password")).toBeNull());
  expect(screen.queryByRole("alert")).toBeNull();

  await letIn();
  await userEvent.type(await screen.findByLabelText("Password"), "right{Enter}");

  await waitFor(() => expect(asked.filter(({ method }) => method === "PATCH")).toHaveLength(3));
  await waitFor(() => expect(screen.queryByLabelText("Password")).toBeNull());
});
