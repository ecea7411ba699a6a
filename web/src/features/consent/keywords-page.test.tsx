import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { TenantValue } from "@/shared/session/session-context";
import { fakeApi, ok, problem } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import type { ConsentRules, Said } from "./api/consent";
import { KeywordsPage } from "./keywords-page";

const TENANT = "0190aaaa-0000-7000-8000-000000000001";
const PATH = `/api/tenants/${TENANT}/consent-rules`;
const NO: Said = { words: ["STOP", "BAJA"], state: "out", about: "all", answer: null };
const YES: Said = { words: ["ALTA"], state: "in", about: "all", answer: "Welcome back" };

/** Rules on a server; somebody else may change them meanwhile. */
function rules(keywords: Said[]) {
  const stored = { now: { opt_in_needed: "campaigns", keywords } as ConsentRules };
  const { asked, handlers } = fakeApi({
    [`GET ${PATH}`]: () => ok(stored.now),
    [`PUT ${PATH}`]: ({ body }) => {
      const given = body as ConsentRules;
      stored.now = { ...given, keywords: given.keywords ?? [NO, YES] };
      return ok(stored.now);
    },
  });
  return { stored, handlers, puts: () => asked.filter((one) => one.method === "PUT").map((one) => one.body) };
}

function opened() {
  const membership = { tenant_id: TENANT, tenant_name: "Acme", role: "admin", scopes: [] } as never;
  return renderAt(
    `/t/${TENANT}/settings/keywords`,
    <TenantValue membership={membership}>
      <KeywordsPage />
    </TenantValue>,
  );
}

test("a rule that is added leaves what a colleague changed meanwhile", async () => {
  const user = userEvent.setup();
  const { stored } = rules([NO]);
  opened();
  await user.click(await screen.findByRole("button", { name: "New rule" }));
  stored.now = { ...stored.now, keywords: [NO, YES] };
  const form = within(await screen.findByRole("dialog"));
  await user.type(form.getByRole("textbox", { name: "Words" }), "no offers, sin ofertas");
  await user.click(form.getByRole("button", { name: "Create rule" }));

  expect(await screen.findByText("sin ofertas")).toBeTruthy();
  expect(stored.now.keywords).toEqual([
    NO,
    YES,
    { words: ["no offers", "sin ofertas"], state: "out", about: "all", answer: null },
  ]);
});

test("the usual words come back by rules that name none", async () => {
  const user = userEvent.setup();
  const { puts } = rules([]);
  opened();
  expect(await screen.findByText("No keyword is heard")).toBeTruthy();

  await user.click(screen.getByRole("button", { name: "Restore the usual words" }));
  await user.click(await screen.findByRole("button", { name: "Restore" }));

  expect(await screen.findByText("BAJA")).toBeTruthy();
  expect(puts()).toEqual([{ opt_in_needed: "campaigns" }]);
});

test("a message is tried: what it says and what is answered, or that it is no keyword", async () => {
  const user = userEvent.setup();
  rules([NO, YES]);
  opened();
  const field = await screen.findByRole("textbox", { name: "Somebody writes" });

  await user.type(field, "¡Alta!");
  expect(screen.getByRole("status").textContent).toContain("yes to everything");
  expect(screen.getByRole("status").textContent).toContain("Welcome back");
  await user.type(field, " please");
  expect(screen.getByRole("status").textContent).toContain("no keyword");
});

test("a refusal is told in the form, and what was typed stays", async () => {
  const user = userEvent.setup();
  const { handlers } = rules([NO]);
  handlers[`PUT ${PATH}`] = () => problem(403, "missing_scope");
  opened();
  await user.click(await screen.findByRole("button", { name: "Change STOP, BAJA" }));
  const form = within(await screen.findByRole("dialog"));
  await user.type(form.getByRole("textbox", { name: "Answer" }), "Done");
  await user.click(form.getByRole("button", { name: "Save" }));

  expect((await form.findByRole("alert")).textContent).toContain("Your role does not allow this");
  expect(form.getByRole<HTMLTextAreaElement>("textbox", { name: "Answer" }).value).toBe("Done");
});
