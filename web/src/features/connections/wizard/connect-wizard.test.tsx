import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { SessionValue, TenantValue } from "@/shared/session/session-context";
import { aSession, fakeApi, ok, problem } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import type { Connection, TrialResult } from "../api/status";
import { ConnectWizard } from "./connect-wizard";

const TENANT = "0190aaaa-0000-7000-8000-000000000001";
const BASE = `/api/tenants/${TENANT}/whatsapp`;
const TOKEN = "EAAGm0PX4ZCpsBAKZCqwertyuiop";

const started = {
  mode: "manual",
  steps: [],
  webhook_url: "https://curbe.example/webhooks/meta/whatsapp",
  webhook_fields: ["messages", "account_update"],
  verify_token_hint: "ask",
  connected: false,
  connections: [],
};

const found: TrialResult = {
  ok: true,
  checks: [{ name: "token", ok: true, detail: "", fix: "", code: null }],
  found: {
    phone_number_id: "106540352242922",
    waba_id: "102290129340398",
    phone_number_e164: "+34611223344",
    phone_number_spelled: "+34 611 22 33 44",
    country_id: "ES",
    display_name: "Acme Spain",
    number_status: "CONNECTED",
    name_status: "APPROVED",
    quality_rating: "GREEN",
    messaging_limit: "TIER_2K",
    throughput_level: "STANDARD",
    coexistence: false,
    token_expires_at: null,
  },
};

const refused = (name: string, code: string): TrialResult => ({
  ok: false,
  checks: [{ name, ok: false, detail: "in English", fix: "in English", code }],
  found: null,
});

function wizard(again: Connection | null = null) {
  const session = aSession();
  const [membership] = session.memberships;
  if (!membership) throw new Error("a session without a workspace");
  return renderAt(
    `/t/${TENANT}/connections`,
    <SessionValue session={session}>
      <TenantValue membership={membership}>
        <ConnectWizard again={again} onClose={() => {}} />
      </TenantValue>
    </SessionValue>,
  );
}

async function fillIn(token = TOKEN) {
  await userEvent.type(await screen.findByLabelText("Access token"), token);
  await userEvent.type(screen.getByLabelText("WhatsApp Business account ID"), "102290129340398");
  await userEvent.type(screen.getByLabelText("Phone number ID"), "106540352242922");
}

const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));

test("nothing is connected before one has seen which number Meta knows", async () => {
  const { asked } = fakeApi({
    [`POST ${BASE}/connect/start`]: () => ok(started),
    [`POST ${BASE}/test-connection`]: () => ok(found),
    [`POST ${BASE}/connect/complete`]: () =>
      ok({ id: "1", display_name: "Acme Spain", phone_number_spelled: "+34 611 22 33 44" } as Connection),
  });
  wizard();

  await fillIn(`  ${TOKEN.slice(0, 9)} ${TOKEN.slice(9)}\n`);
  await press("Test connection");
  expect(await screen.findByText("Acme Spain")).toBeTruthy();
  expect(screen.getByText("+34 611 22 33 44")).toBeTruthy();
  expect(screen.getByText("2,000 people a day")).toBeTruthy();
  expect(asked.some(({ path }) => path.endsWith("complete"))).toBe(false);

  await press("Connect this number");
  expect(await screen.findByText("Acme Spain is connected")).toBeTruthy();
  expect(screen.getByDisplayValue(started.webhook_url)).toBeTruthy();
  expect(screen.getByText("messages, account_update")).toBeTruthy();
  expect(screen.getByText(/“messages” brings what people write .+ Without the rest/)).toBeTruthy();
  const sent = asked.find(({ path }) => path.endsWith("complete"))?.body;
  expect(sent).toEqual({
    access_token: TOKEN,
    waba_id: "102290129340398",
    phone_number_id: "106540352242922",
    country_id: "ES",
  });
  expect(document.body.innerHTML).not.toContain(TOKEN);
});

test("what Meta refuses is told at the field that caused it, in the reader's language", async () => {
  const answers = [refused("number", "number_not_readable"), refused("waba", "number_not_on_waba")];
  fakeApi({
    [`POST ${BASE}/connect/start`]: () => ok(started),
    [`POST ${BASE}/test-connection`]: () => ok(answers.shift()),
  });
  wizard();
  await fillIn();

  await press("Test connection");
  const phone = screen.getByLabelText("Phone number ID");
  await waitFor(() => expect(phone.getAttribute("aria-invalid")).toBe("true"));
  expect(screen.getByText(/does not reach that number/)).toBeTruthy();
  expect(screen.queryByText(/in English/)).toBeNull();

  await userEvent.type(phone, "1");
  expect(phone.getAttribute("aria-invalid")).not.toBe("true");
  await press("Test connection");
  await waitFor(() =>
    expect(screen.getByLabelText("WhatsApp Business account ID").getAttribute("aria-invalid")).toBe("true"),
  );
});

test("what one can see to be wrong is not asked of Meta", async () => {
  const { asked } = fakeApi({ [`POST ${BASE}/connect/start`]: () => ok(started) });
  wizard();
  await screen.findByLabelText("Access token");

  await press("Test connection");

  expect(screen.getAllByText("Fill this in.")).toHaveLength(3);
  expect(asked.filter(({ path }) => path.endsWith("test-connection"))).toEqual([]);
});

test("a number that is connected elsewhere is refused in words, and the way back is open", async () => {
  fakeApi({
    [`POST ${BASE}/connect/start`]: () => ok(started),
    [`POST ${BASE}/test-connection`]: () => ok(found),
    [`POST ${BASE}/connect/complete`]: () => problem(409, "number_taken", { detail: "in English" }),
  });
  wizard();
  await fillIn();
  await press("Test connection");
  await screen.findByText("Acme Spain");

  await press("Connect this number");

  const told = await screen.findByText(/This number is connected already/);
  expect(told.textContent).toBe(
    "This number is connected already. Disconnect it where it is connected now, then connect it here.",
  );
  await press("Back");
  expect(screen.getByLabelText("Phone number ID")).toHaveProperty("value", "106540352242922");
});

test("a test that could not be made says why", async () => {
  fakeApi({
    [`POST ${BASE}/connect/start`]: () => ok(started),
    [`POST ${BASE}/test-connection`]: () => problem(502, "graph_unreachable"),
  });
  wizard();
  await fillIn();

  await press("Test connection");

  expect((await screen.findByRole("alert")).textContent).toContain("Try again in a few minutes.");
});

test("where Meta's sign-up is set up it is offered first, and by hand stays possible", async () => {
  const assign = vi.spyOn(window.location, "assign").mockImplementation(() => {});
  const signUp = {
    ...started,
    mode: "embedded_signup",
    connectUrl: "https://www.facebook.com/dialog/oauth?x=1",
    redirect_uri: "https://curbe.example/connect/whatsapp",
  };
  fakeApi({ [`POST ${BASE}/connect/start`]: () => ok(signUp) });
  wizard();

  await userEvent.click(await screen.findByRole("button", { name: /With Meta's sign-up/ }));
  expect(assign).toHaveBeenCalledWith(signUp.connectUrl);
  expect(JSON.parse(sessionStorage.getItem("curbe.sign-up") ?? "")).toEqual({
    tenant_id: TENANT,
    redirect_uri: signUp.redirect_uri,
  });

  await userEvent.click(screen.getByRole("button", { name: /By hand/ }));
  expect(screen.getByLabelText("Access token")).toBeTruthy();
});

test("Meta's sign-up for a number that is connected again remembers which", async () => {
  vi.spyOn(window.location, "assign").mockImplementation(() => {});
  const redirect_uri = "https://curbe.example/connect/whatsapp";
  const connectUrl = "https://www.facebook.com/dialog/oauth?x=1";
  fakeApi({
    [`POST ${BASE}/connect/start`]: () =>
      ok({ ...started, mode: "embedded_signup", connectUrl, redirect_uri }),
  });
  wizard({ phone_number_id: "106540352242922", display_name: "Acme Spain" } as Connection);

  await userEvent.click(await screen.findByRole("button", { name: /With Meta's sign-up/ }));

  expect(JSON.parse(sessionStorage.getItem("curbe.sign-up") ?? "")).toEqual({
    tenant_id: TENANT,
    redirect_uri,
    phone_number_id: "106540352242922",
  });
});

test("a number that stays on the WhatsApp Business app has a sign-up of its own", async () => {
  const assign = vi.spyOn(window.location, "assign").mockImplementation(() => {});
  const redirect_uri = "https://curbe.example/connect/whatsapp";
  const { asked } = fakeApi({
    [`POST ${BASE}/connect/start`]: ({ body }) => {
      const beside = (body as { coexistence: boolean }).coexistence;
      const connectUrl = `https://www.facebook.com/dialog/oauth?${beside ? "beside" : "usual"}`;
      return ok({ ...started, mode: "embedded_signup", connectUrl, redirect_uri });
    },
  });
  wizard();

  await userEvent.click(await screen.findByRole("button", { name: /Keeping the WhatsApp Business app/ }));

  await waitFor(() => expect(assign).toHaveBeenCalledWith("https://www.facebook.com/dialog/oauth?beside"));
  expect(asked.map(({ body }) => (body as { coexistence: boolean }).coexistence)).toEqual([false, true]);
});

test("where messages lead elsewhere is told with the address, before anything is connected", async () => {
  const detail = "Meta sends this number's messages to https://theirs.example/hook.";
  const callback = { name: "callback", ok: false, detail, fix: "Clear the override.", code: null };
  fakeApi({
    [`POST ${BASE}/connect/start`]: () => ok(started),
    [`POST ${BASE}/test-connection`]: () => ok({ ...found, ok: false, checks: [callback] }),
  });
  wizard();
  await fillIn();
  await press("Test connection");

  expect(await screen.findByText(/another address.*https:\/\/theirs\.example\/hook/)).toBeTruthy();
});
