import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { SessionValue } from "@/shared/session/session-context";
import { aSession, fakeApi, ok, problem } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import { TenantsPage } from "./tenants-page";

const tenant = (id: string, name: string, suspended_at: string | null) => ({
  ...{ id, name, suspended_at, language: null, default_country: null, time_zone: null, retention_days: null },
  ...{ purged_at: null, created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-01T00:00:00Z" },
});

test("an operator sees which tenants are suspended", async () => {
  const items = [tenant("1", "Sol", null), tenant("2", "Mar", "2026-02-01T00:00:00Z")];
  fakeApi({ "GET /api/tenants": () => ok({ items, next_cursor: null }) });
  renderAt(
    "/operator/tenants",
    <SessionValue session={aSession()}>
      <TenantsPage />
    </SessionValue>,
  );

  const row = (await screen.findByText("Suspended")).closest("li");
  expect(row?.textContent).toContain("Mar");
  expect(row?.textContent).toMatch(/suspended since .*Feb.* 2026/);
  expect(screen.getAllByText("Suspended")).toHaveLength(1);
});

/** Where nothing has a place on the screen, Mantine hides what hangs on a button: `hidden`. */
test.each([
  ["suspend", "Suspend", null, /nothing of it is sent.*still received and kept/s],
  ["resume", "Resume", "2026-02-01T00:00:00Z", /what waits is sent/],
])(
  "an operator %ss a tenant, and is told first what stops and what goes on",
  async (deed, verb, since, told) => {
    let suspended_at = since;
    const path = `/api/tenants/1/${deed}`;
    const { asked } = fakeApi({
      "GET /api/tenants": () => ok({ items: [tenant("1", "Sol", suspended_at)], next_cursor: null }),
      [`POST ${path}`]: () => {
        suspended_at = since === null ? "2026-03-01T00:00:00Z" : null;
        return ok(tenant("1", "Sol", suspended_at));
      },
    });
    renderAt(
      "/operator/tenants",
      <SessionValue session={aSession()}>
        <TenantsPage />
      </SessionValue>,
    );
    await userEvent.click(await screen.findByRole("button", { name: "More about Sol" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: `${verb}…`, hidden: true }));
    expect((await screen.findByRole("dialog", { hidden: true })).textContent).toMatch(told);
    expect(asked.some(({ method }) => method === "POST")).toBe(false);

    await userEvent.click(await screen.findByRole("button", { name: verb, hidden: true }));
    await waitFor(() =>
      expect(asked.filter(({ method }) => method === "POST").map((one) => one.path)).toEqual([path]),
    );
    await waitFor(() => expect(screen.queryAllByText("Suspended")).toHaveLength(since === null ? 1 : 0));
  },
);

test("a tenant that could not be suspended says why where it was asked", async () => {
  fakeApi({
    "GET /api/tenants": () => ok({ items: [tenant("1", "Sol", null)], next_cursor: null }),
    "POST /api/tenants/1/suspend": () => problem(403, "missing_scope"),
  });
  renderAt(
    "/operator/tenants",
    <SessionValue session={aSession()}>
      <TenantsPage />
    </SessionValue>,
  );
  await userEvent.click(await screen.findByRole("button", { name: "More about Sol" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Suspend…", hidden: true }));
  await userEvent.click(await screen.findByRole("button", { name: "Suspend", hidden: true }));

  expect((await screen.findByRole("alert", { hidden: true })).textContent).toContain(
    "Your role does not allow this",
  );
});

test("a tenant is looked for among all of them, and not among those that were read already", async () => {
  const first = Array.from({ length: 9 }, (_, n) => tenant(`${n}`, `Sol ${n}`, null));
  const pages = [
    ok({ items: first, next_cursor: "c" }),
    ok({ items: [tenant("9", "Luna", null)], next_cursor: null }),
  ];
  fakeApi({ "GET /api/tenants": () => pages.shift() as Response });
  renderAt(
    "/operator/tenants",
    <SessionValue session={aSession()}>
      <TenantsPage />
    </SessionValue>,
  );

  await userEvent.type(await screen.findByRole("textbox", { name: "Find one" }), "luna");

  expect(await screen.findByText("Luna")).toBeTruthy();
});

test("nothing is said to be called so before all of them were read", async () => {
  const none = "None is called that";
  const items = Array.from({ length: 9 }, (_, n) => tenant(`${n}`, `Sol ${n}`, null));
  const pages = [ok({ items, next_cursor: "c" }), problem(403, "missing_scope")];
  fakeApi({ "GET /api/tenants": () => pages.shift() ?? ok({ items: [], next_cursor: null }) });
  renderAt(
    "/operator/tenants",
    <SessionValue session={aSession()}>
      <TenantsPage />
    </SessionValue>,
  );

  await userEvent.type(await screen.findByRole("textbox", { name: "Find one" }), "luna");
  const again = await screen.findByRole("button", { name: "Try again" });
  expect(screen.queryByText(none)).toBeNull();
  await userEvent.click(again);
  await screen.findByText(none);
});
