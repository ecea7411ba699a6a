import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { ok, problem } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import type { Campaign } from "../api/campaigns";
import { Deeds } from "../watch/deeds";
import { Recheck } from "./recheck";

const ID = "0190cccc-0000-7000-8000-000000000001";
const AT = `/t/${TENANT}/campaigns/${ID}`;
const campaign = { id: ID, name: "Spring", state: "paused", reason: "template_category" } as Campaign;
const found = {
  ...{
    rows: 3,
    invalid: 0,
    duplicate: 0,
    recipients: 3,
    eligible: 2,
    refused: 1,
    refused_by: { no_consent: 1 },
  },
  ...{ outside_window: 0, over_limit: 0, limit: { tier: null, people: null, room: null }, stops: [] },
  cost: { currency: "EUR", amount: "1", unpriced: 0, as_of: "2026-10-01", by_country: [] },
  ...{ category: "MARKETING", seconds: 60, state: "paused" },
};

test("a campaign whose template Meta recategorised is looked over before it goes on", async () => {
  await renderInbox(<Deeds campaign={campaign} report={undefined} />, { path: AT });

  expect(screen.queryByRole("button", { name: "Resume" })).toBeNull();
  const way = screen.getByRole<HTMLAnchorElement>("link", { name: "Look it over again" });
  expect(way.getAttribute("href")).toBe(`${AT}?recheck`);
});

test("many people are looked over for as long as it takes, not for the minute that other answers have", async () => {
  vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort(new DOMException("", "TimeoutError")));
  let begin = () => {};
  function Later() {
    const [begun, setBegun] = useState(false);
    begin = () => setBegun(true);
    return begun && <Recheck campaign={campaign} />;
  }
  await renderInbox(<Later />, { path: `${AT}?recheck` });
  vi.stubGlobal("fetch", async (request: Request, init?: RequestInit) => {
    (init?.signal ?? request.signal).throwIfAborted();
    return ok(found);
  });

  act(() => begin());

  await screen.findByText("2 people get it");
});

test("looked over anew it says under what it is filed, who is left out and what it costs, and goes on when told so", async () => {
  const api = `/api/tenants/${TENANT}/campaigns/${ID}`;
  const { asked, history } = await renderInbox(<Recheck campaign={campaign} />, {
    path: `${AT}?recheck`,
    api: {
      [`POST ${api}/dry-run`]: () => ok(found),
      [`POST ${api}/resume`]: () => ok({ ...campaign, state: "running" }),
    },
  });

  expect(await screen.findByText("Meta files the template under Marketing.")).toBeTruthy();
  expect(screen.getByText("2 people get it")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Go on with it" }));

  expect(asked.map(({ path }) => path.replace(api, ""))).toEqual(["/dry-run", "/resume"]);
  expect(history?.at(-1)).toBe(AT);
});

test("what stands in its way is told with its end, and it is looked over again from there", async () => {
  const until = "Meta lets this account write to nobody first until 2026-12-04 10:00 UTC";
  const stops = [{ reason: "restricted", detail: until }];
  const answers = [ok({ ...found, stops }), problem(503, "unavailable"), ok(found)];
  await renderInbox(<Recheck campaign={campaign} />, {
    path: `${AT}?recheck`,
    api: { [`POST /api/tenants/${TENANT}/campaigns/${ID}/dry-run`]: () => answers.shift() ?? ok(found) },
  });

  expect(
    await screen.findByRole("heading", { name: "Going on now, it would pause again at once" }),
  ).toBeTruthy();
  expect(screen.getByText(until)).toBeTruthy();
  expect(screen.getByText(/Once nothing stands in its way, it can go on from here/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Look over again" }));

  // Also where the server could not be asked: it said so, and left no way on.
  await userEvent.click(await screen.findByRole("button", { name: "Look over again" }));
  expect(await screen.findByRole("button", { name: "Go on with it" })).toBeTruthy();
});
