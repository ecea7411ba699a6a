import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { TenantValue } from "@/shared/session/session-context";
import { type Asked, fakeApi, ok, problem } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import { ReportsPage } from "./reports-page";

const TENANT = "0190aaaa-0000-7000-8000-000000000001";
const at = (name: string) => `GET /api/tenants/${TENANT}/reports/${name}`;

const NOTHING = { count: 0, mean_seconds: null, median_seconds: null, p90_seconds: null };
const MONEY = {
  amount: "1.5",
  currency: "USD",
  as_of: "2026-10-01",
  charged: 20,
  free: 1,
  untold: 0,
  unpriced: 0,
};
const FIGURES = { received: 40, made: 30, sent: 28, delivered: 21, read: 14, replied: 7, failed: 2 };
const line = (change: object = {}) => ({
  day: null,
  key: "",
  name: null,
  figures: FIGURES,
  first_response: { count: 12, mean_seconds: 800, median_seconds: 720, p90_seconds: 3000 },
  unanswered: 3,
  resolution: NOTHING,
  cost: MONEY,
  ...change,
});
const period = (change: object = {}) => ({
  first_day: "2026-10-30",
  last_day: "2026-11-28",
  time_zone: "Europe/Madrid",
  pending_days: 0,
  partial_days: 0,
  other_clock_days: 0,
  ...change,
});

function reports(change: object = {}) {
  return fakeApi({
    [at("summary")]: () => ok({ period: period(change), total: line(), failures: [] }),
    [at("series")]: () => ok({ period: period(), lines: [line({ day: "2026-11-27" })] }),
    [at("agents")]: () =>
      ok({ period: period(), lines: [line({ key: "user:1", name: "Sara Gil" }), line({ key: "app" })] }),
    [at("campaigns")]: () => ok({ period: period(), lines: [] }),
  });
}

function opened(query = "") {
  const membership = {
    tenant_id: TENANT,
    tenant_name: "Acme",
    role: "supervisor",
    scopes: ["reports:read"],
  } as never;
  return renderAt(
    `/t/${TENANT}/reports${query}`,
    <TenantValue membership={membership}>
      <ReportsPage />
    </TenantValue>,
  );
}

test("the figures are there with their shares, and who sent is named, also where nobody is", async () => {
  reports();
  opened();

  const delivered = (await screen.findByText("Delivered", { selector: "dt" })).parentElement;
  expect(delivered?.textContent).toContain("75%");
  expect(await screen.findByText("Sara Gil")).toBeTruthy();
  expect(screen.getByText("The WhatsApp app on the phone")).toBeTruthy();
  expect(screen.getByText(/by the clock of Europe\/Madrid/)).toBeTruthy();
});

test("days that cannot be told in full are said to be so", async () => {
  reports({ pending_days: 4, partial_days: 1 });
  opened();

  expect(await screen.findByText(/not counted yet and missing here: 4\./)).toBeTruthy();
  expect(screen.getByText(/deleted by age before they were first counted: 1\./)).toBeTruthy();
  expect(screen.queryByText(/earlier time zone/)).toBeNull();
});

test("behind each chart there is a table with a row for every day", async () => {
  reports();
  opened();

  const table = await screen.findByRole("table", { name: "Messages by day", hidden: true });
  const rows = within(table).getAllByRole("row", { hidden: true });
  expect(rows).toHaveLength(31);
  expect(rows[2]?.textContent).toContain("4028211472");
});

test("what costs less than a cent is told with its fractions, not as nothing", async () => {
  const { handlers } = reports();
  const cost = { ...MONEY, amount: "0.0034", charged: 1 };
  handlers[at("summary")] = () => ok({ period: period(), total: line({ cost }), failures: [] });
  handlers[at("series")] = () => ok({ period: period(), lines: [line({ day: "2026-11-27", cost })] });
  opened();

  const tile = (await screen.findByText("Cost (estimate)", { selector: "dt" })).parentElement;
  expect(tile?.textContent).toContain("$0.0034");
  const table = await screen.findByRole("table", { name: "Cost by day", hidden: true });
  expect(table.textContent).toContain("$0.0034");
});

test("what is looked at has its CSV, for the same days", async () => {
  reports();
  opened("?days=own&from=2026-11-01&to=2026-11-02&number=7");

  await userEvent.click(await screen.findByRole("tab", { name: "Agents" }));
  const link = await screen.findByRole("link", { name: "Download Agents as CSV" });
  expect(link.getAttribute("href")).toBe(
    `/api/tenants/${TENANT}/reports/agents.csv?from=2026-11-01&to=2026-11-02&number=7`,
  );
});

test("days that are wrong are told and not asked for", async () => {
  const { asked } = reports();
  opened("?days=own&from=2026-11-05&to=2026-11-02");

  expect(await screen.findByText("Choose a first and a last day, in that order.")).toBeTruthy();
  expect(asked.filter(({ path }: Asked) => path.endsWith("/series"))).toEqual([]);
});

test.each([
  "from=&to=2026-11-02",
  "from=2026-11-01&to=",
  "from=x&to=2026-11-02",
  "from=x&to=y",
  "from=2026-11-31&to=2026-11-31",
])("days that are none (%s) are told too, and the page stays", async (days) => {
  reports();
  opened(`?days=own&${days}`);

  expect(await screen.findByText("Choose a first and a last day, in that order.")).toBeTruthy();
});

test("days that could not be read say why, beside figures that could, and are asked for again", async () => {
  const { handlers } = reports();
  const series = handlers[at("series")];
  handlers[at("series")] = () => problem(403, "missing_scope");
  opened();

  expect(await screen.findByText("Delivered", { selector: "dt" })).toBeTruthy();
  expect(await screen.findByText("Your role does not allow this")).toBeTruthy();
  handlers[at("series")] = series as () => Response;
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));

  expect(await screen.findByRole("table", { name: "Messages by day", hidden: true })).toBeTruthy();
  expect(screen.queryByText("Your role does not allow this")).toBeNull();
});
