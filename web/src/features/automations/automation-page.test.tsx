import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import { Route } from "wouter";
import { isUnsaved } from "@/shared/lib/unsaved";
import { TenantValue } from "@/shared/session/session-context";
import { StoreContext } from "@/shared/store/hooks";
import { bed, live, setUp } from "@/shared/store/testing-bed";
import { type Asked, fakeApi, ok } from "@/testing/fake-api";
import { asksAtReload } from "@/testing/leaving";
import { renderAt } from "@/testing/render";
import { AutomationPage } from "./automation-page";
import { AutomationsPage } from "./automations-page";

const TENANT = "0190aaaa-0000-7000-8000-000000000001";
const BASE = `/api/tenants/${TENANT}/automations`;
const KEYWORD = { kind: "keyword_reply", words: ["price"], match: "contains", answer: "10 €" };
const kept = (id: string, place: number, rule: object = KEYWORD) => ({
  id,
  rule,
  place,
  enabled: true,
  updated_by: "user:1",
  created_at: "2026-11-01T00:00:00Z",
  updated_at: "2026-11-01T00:00:00Z",
});

setUp();

function opened(path: string) {
  const membership = {
    tenant_id: TENANT,
    tenant_name: "Acme",
    role: "admin",
    scopes: ["automations:write"],
  } as never;
  return renderAt(
    `/t/${TENANT}/automations${path}`,
    <StoreContext value={bed.store}>
      <TenantValue membership={membership}>
        <Route path="/t/:tenant/automations" component={AutomationsPage} />
        <Route path="/t/:tenant/automations/:automation" component={AutomationPage} />
      </TenantValue>
    </StoreContext>,
  );
}

const asks = (asked: Asked[], method: string) => asked.filter((one) => one.method === method);

test("where nothing happens by itself yet, one begins with what is ready-made", async () => {
  fakeApi({ [`GET ${BASE}`]: () => ok({ items: [], next_cursor: null }) });
  opened("");

  const starts = await screen.findByRole("list", { name: "What is to happen by itself?" });
  expect(within(starts).getAllByRole("link")).toHaveLength(6);
});

test.each(["keyword_reply", "away", "welcome", "assign", "assign_label", "priority"])(
  "the beginning %s is a form, with its trial beside it",
  async (start) => {
    fakeApi({ [`GET ${BASE}`]: () => ok({ items: [], next_cursor: null }) });
    opened(`/new?start=${start}`);

    expect(await screen.findByRole("button", { name: "Create automation" })).toBeDefined();
    expect(screen.getByRole("button", { name: "What would happen?" })).toBeDefined();
  },
);

test("an away message is tried at a time by its own clock, and then kept", async () => {
  const { asked } = fakeApi({
    [`GET ${BASE}`]: () => ok({ items: [], next_cursor: null }),
    [`POST ${BASE}/dry-run`]: () => ok({ deed: { does: "nothing", reason: "open" } }),
    [`POST ${BASE}`]: () => ok(kept("1", 0), 201),
  });
  const { history } = opened("/new?start=away");
  const message = await screen.findByLabelText("Message");
  expect(asksAtReload()).toBe(false);
  await userEvent.clear(message);
  await userEvent.type(message, "Closed");
  expect(asksAtReload(), "it would be lost").toBe(true);
  expect(isUnsaved({ isStep: true }), "by going back to the starting points too").toBe(true);
  await userEvent.click(screen.getByRole("button", { name: "What would happen?" }));

  expect(await screen.findByText("You are open then.")).toBeDefined();
  await userEvent.click(screen.getByRole("button", { name: "Create automation" }));
  await waitFor(() => expect(history.at(-1)).toBe(`/t/${TENANT}/automations`));
  const [tried, made] = asks(asked, "POST").map(({ body }) => body as { rule: object });
  expect(made).toMatchObject({ enabled: true, place: 0, rule: { kind: "away", message: "Closed" } });
  expect(tried?.rule).toEqual(made?.rule);
});

test("a year that is being typed leaves the form as it is", async () => {
  fakeApi({ [`GET ${BASE}`]: () => ok({ items: [], next_cursor: null }) });
  opened("/new?start=away");
  const message = await screen.findByLabelText<HTMLTextAreaElement>("Message");
  fireEvent.change(message, { target: { value: "Closed" } });
  for (const year of ["0002", "0020", "0202", "2026"])
    fireEvent.change(screen.getByLabelText("When"), { target: { value: `${year}-11-28T13:10` } });

  expect(message.value).toBe("Closed");
  expect(screen.getByRole("button", { name: "What would happen?" })).toBeDefined();
});

test("hours stay where they are typed, and are kept in their order", async () => {
  const hours = [
    { day: 0, opens: "09:00", closes: "14:00" },
    { day: 0, opens: "16:00", closes: "19:00" },
  ];
  const away = { kind: "away", time_zone: "UTC", hours, holidays: [], message: "Closed" };
  const { asked } = fakeApi({
    [`GET ${BASE}`]: () => ok({ items: [kept("a", 0, away)], next_cursor: null }),
    [`PUT ${BASE}/a`]: () => ok(kept("a", 0, away)),
  });
  opened("/a");
  const at = (label: RegExp) => screen.getAllByLabelText(label) as HTMLInputElement[];
  const set = (field: HTMLInputElement | undefined, value: string) =>
    fireEvent.change(field as HTMLInputElement, { target: { value } });
  await screen.findByLabelText("Message");

  for (const typed of ["00:00", "07:00"]) set(at(/Monday.*open/i)[1], typed);
  set(at(/Monday.*close/i)[1], "08:30");
  expect(at(/Monday.*open/i).map(({ value }) => value)).toEqual(["09:00", "07:00"]);
  expect(at(/Monday.*close/i).map(({ value }) => value)).toEqual(["14:00", "08:30"]);
  await userEvent.click(screen.getByRole("button", { name: "Save automation" }));

  await waitFor(() => expect(asks(asked, "PUT")).toHaveLength(1));
  const [saved] = asks(asked, "PUT").map(({ body }) => body as { rule: typeof away });
  expect(saved?.rule.hours).toEqual([{ day: 0, opens: "07:00", closes: "08:30" }, hours[0]]);
});

test("what is missing is told, and nothing is sent", async () => {
  const { asked } = fakeApi({ [`GET ${BASE}`]: () => ok({ items: [], next_cursor: null }) });
  opened("/new?start=assign");
  await userEvent.click(await screen.findByRole("button", { name: "Create automation" }));

  expect(screen.getByText("Choose people, a team, or both")).toBeDefined();
  expect(asks(asked, "POST")).toEqual([]);
});

test("one that goes up takes the place of the one above", async () => {
  const other = { ...KEYWORD, words: ["hours"] };
  const { asked } = fakeApi({
    [`GET ${BASE}`]: () => ok({ items: [kept("a", 0), kept("b", 1, other)], next_cursor: null }),
    [`PUT ${BASE}/a`]: () => ok(kept("a", 1)),
    [`PUT ${BASE}/b`]: () => ok(kept("b", 0, other)),
  });
  opened("");
  await userEvent.click(await screen.findByRole("button", { name: "Look at “hours” earlier" }));

  await waitFor(() => expect(asks(asked, "PUT")).toHaveLength(2));
  const places = asks(asked, "PUT").map(({ path, body }) => [
    path.slice(-1),
    (body as { place: number }).place,
  ]);
  expect(places).toEqual([
    ["b", 0],
    ["a", 1],
  ]);
});

test("a switch and an arrow leave what a colleague changed meanwhile", async () => {
  const other = { ...KEYWORD, words: ["hours"] };
  const { asked, handlers } = fakeApi({
    [`GET ${BASE}`]: () => ok({ items: [kept("a", 0), kept("b", 1, other)], next_cursor: null }),
    [`PUT ${BASE}/a`]: () => ok(kept("a", 1)),
    [`PUT ${BASE}/b`]: () => ok(kept("b", 0, other)),
  });
  opened("");
  await screen.findByRole("switch", { name: /price/ });
  const newer = { ...KEYWORD, answer: "12 €" };
  handlers[`GET ${BASE}`] = () =>
    ok({ items: [kept("a", 0, newer), kept("b", 1, other)], next_cursor: null });
  await userEvent.click(screen.getByRole("switch", { name: /price/ }));
  await waitFor(() => expect(asks(asked, "PUT")).toHaveLength(1));
  expect(asks(asked, "PUT")[0]?.body).toEqual({ rule: newer, place: 0, enabled: false });

  const newest = { ...KEYWORD, answer: "14 €" };
  handlers[`GET ${BASE}`] = () =>
    ok({ items: [kept("a", 0, newest), kept("b", 1, other)], next_cursor: null });
  await userEvent.click(await screen.findByRole("button", { name: "Look at “hours” earlier" }));
  await waitFor(() => expect(asks(asked, "PUT")).toHaveLength(3));
  expect(asks(asked, "PUT").at(-1)?.body).toEqual({ rule: newest, place: 1, enabled: true });
});

test("one that is written anew stays where a colleague has moved it, and off where they switched it off", async () => {
  const { asked, handlers } = fakeApi({
    [`GET ${BASE}`]: () => ok({ items: [kept("a", 0)], next_cursor: null }),
    [`PUT ${BASE}/a`]: () => ok(kept("a", 1)),
  });
  opened("/a");
  const answer = await screen.findByDisplayValue("10 €");
  handlers[`GET ${BASE}`] = () => ok({ items: [{ ...kept("a", 1), enabled: false }], next_cursor: null });
  fireEvent.change(answer, { target: { value: "12 €" } });
  await userEvent.click(screen.getByRole("button", { name: "Save automation" }));

  await waitFor(() => expect(asks(asked, "PUT")).toHaveLength(1));
  expect(asks(asked, "PUT")[0]?.body).toEqual({
    rule: { ...KEYWORD, answer: "12 €" },
    place: 1,
    enabled: false,
  });
});

describe("what a colleague does", () => {
  let automations: object[] = [];
  const told = () => act(async () => void bed.server.happen("automations_changed", { automation_id: "a" }));
  const listed = () => ({ [`GET ${BASE}`]: () => ok({ items: automations, next_cursor: null }) });

  test("shows in the list at once", async () => {
    automations = [];
    fakeApi(listed());
    opened("");
    await act(live);
    await screen.findByRole("list", { name: "What is to happen by itself?" });
    automations = [kept("a", 0)];
    await told();

    expect(await screen.findByRole("switch", { name: /is on$/ })).toBeDefined();
  });

  test("takes nothing of what somebody writes: what was deleted can be created anew", async () => {
    automations = [kept("a", 0)];
    const { asked } = fakeApi({ ...listed(), [`POST ${BASE}`]: () => ok(kept("b", 0), 201) });
    const { history } = opened("/a");
    await act(live);
    const answer = await screen.findByLabelText("Answer");
    await userEvent.type(answer, " each");
    automations = [];
    await told();

    await screen.findByText(/A colleague has deleted this automation/);
    await userEvent.click(screen.getByRole("button", { name: "Create automation" }));
    await waitFor(() => expect(history.at(-1)).toBe(`/t/${TENANT}/automations`));
    expect(asks(asked, "POST")[0]?.body).toMatchObject({ rule: { answer: "10 € each" } });
  });
});
