import { act, renderHook, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ComponentType } from "react";
import { expect, test, vi } from "vitest";
import { type AroundNavHandler, Route, Router } from "wouter";
import { isUnsaved } from "@/shared/lib/unsaved";
import { TestServer } from "@/shared/store/testing";
import { type fakeApi, ok, problem } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { asksAtReload } from "@/testing/leaving";
import type { Campaign } from "../api/campaigns";
import { CampaignPage } from "../campaign-page";
import { Editor } from "./editor";
import { Refit } from "./refit";
import { useMessageDraft } from "./use-message-draft";

const ID = "0190cccc-0000-7000-8000-000000000001";
const NUMBER = "0190dddd-0000-7000-8000-000000000001";

const campaign = {
  id: ID,
  name: "Spring",
  connection_id: NUMBER,
  state: "draft",
  template: {
    name: "hello",
    language: { code: "es", policy: "deterministic" },
    components: [{ type: "body", parameters: [{ type: "text", text: "lunes" }] }],
  },
  time_zone: "Europe/Madrid",
  quiet_hours: { start: "21:00", end: "09:00" },
  ramp_up: null,
  pause_at_failures: 25,
  variables: [],
} as unknown as Campaign;

const template = {
  id: "1",
  name: "hello",
  language: "es",
  status: "APPROVED",
  category: "MARKETING",
  components: [{ type: "BODY", text: "Hola, te esperamos el {{1}}.", example: { body_text: [["lunes"]] } }],
};

const found = {
  ...{ rows: 2, invalid: 0, duplicate: 0, recipients: 2, eligible: 2, refused: 0, refused_by: {} },
  ...{ outside_window: 0, over_limit: 0, limit: { tier: null, people: null, room: null }, stops: [] },
  cost: { currency: "EUR", amount: "1", unpriced: 0, as_of: "2026-10-01", by_country: [] },
  ...{ category: "MARKETING", seconds: 60, state: "ready" },
};

async function opened(
  step = "message",
  given: Campaign = campaign,
  offered: object = template,
  answers: Parameters<typeof fakeApi>[0] = {},
  screenOf = Editor as ComponentType<{ campaign: Campaign }>,
) {
  const server = new TestServer();
  server.connections = async () => [{ id: NUMBER, name: "Sol", phone: "+34", status: "active" }] as never[];
  const at = `/api/tenants/${TENANT}`;
  const api = {
    [`GET ${at}/templates`]: () => ok({ items: [offered], next_cursor: null }),
    [`GET ${at}/campaigns/${ID}/audiences`]: () => ok({ items: [], next_cursor: null }),
    [`GET ${at}/campaigns/${ID}/recipients`]: () => ok({ items: [], next_cursor: null }),
    [`POST ${at}/campaigns/${ID}/dry-run`]: () => ok(found),
    [`PATCH ${at}/campaigns/${ID}`]: () => ok(given),
    ...answers,
  };
  const Screen = screenOf;
  return renderInbox(<Screen campaign={given} />, {
    server,
    api,
    path: `/t/${TENANT}/campaigns/${ID}?step=${step}`,
  });
}

const ready = { ...campaign, state: "ready" } as Campaign;
const startButton = () => screen.findByRole<HTMLButtonElement>("button", { name: "Start now" });

test("what is written in the message is still there after a look at another step", async () => {
  const { history } = await opened();
  const name = await screen.findByDisplayValue("Spring");
  expect(asksAtReload()).toBe(false);
  await userEvent.type(name, " sale");
  expect(asksAtReload(), "it would be lost").toBe(true);
  expect(isUnsaved({ isStep: true }), "not by a look at another step").toBe(false);
  const gap = await screen.findByDisplayValue("lunes");
  await userEvent.clear(gap);
  await userEvent.type(gap, "martes");

  await userEvent.click(screen.getByRole("link", { name: /People/ }));
  expect(history.at(-1)).toContain("step=people");
  expect(screen.queryByDisplayValue("martes")).toBeNull();
  await userEvent.click(screen.getByRole("link", { name: /Message/ }));

  await screen.findByDisplayValue("martes");
  screen.getByDisplayValue("Spring sale");
});

test("what is written in the timing is still there after a look at another step", async () => {
  await opened("timing");
  await userEvent.click(screen.getByRole("switch", { name: /Begin slowly/ }));
  await userEvent.click(screen.getByRole("link", { name: /Check/ }));
  await startButton();
  await userEvent.click(screen.getByRole("link", { name: /Timing/ }));

  expect(screen.getByRole<HTMLInputElement>("switch", { name: /Begin slowly/ }).checked).toBe(true);
});

test("a campaign does not start with other words or hours than were written: they are saved first", async () => {
  const { asked } = await opened("message", ready);
  const gap = await screen.findByDisplayValue("lunes");
  await userEvent.clear(gap);
  await userEvent.type(gap, "martes");
  await userEvent.click(screen.getByRole("link", { name: /Timing/ }));
  await userEvent.click(screen.getByRole("switch", { name: /Let people sleep/ }));
  await userEvent.click(screen.getByRole("link", { name: /Check/ }));

  expect((await startButton()).disabled).toBe(true);
  await screen.findByText(/What you changed in “Message” and “Timing” is not saved/);
  const looks = () => asked.filter(({ path }) => path.endsWith("/dry-run")).length;
  await waitFor(() => expect(looks()).toBe(1));
  await userEvent.click(screen.getByRole("button", { name: "Save" }));

  await waitFor(() => expect(looks()).toBe(2));
  const told = asked.filter(({ method }) => method === "PATCH").map(({ body }) => body);
  expect(JSON.stringify(told[0])).toContain("martes");
  expect(told[1]).toMatchObject({ quiet_hours: null, pause_at_failures: 25 });
  await waitFor(async () => expect((await startButton()).disabled).toBe(false));
  expect(screen.queryByText(/is not saved/)).toBeNull();
});

test("what is unfinished cannot be saved from the last step, which leads to it", async () => {
  const { history } = await opened("message", ready);
  await userEvent.clear(await screen.findByDisplayValue("lunes"));
  await userEvent.click(screen.getByRole("link", { name: /Check/ }));

  expect((await startButton()).disabled).toBe(true);
  await userEvent.click(screen.getByRole("link", { name: "Finish “Message”" }));
  expect(history.at(-1)).toContain("step=message");
});

test("what was changed back holds nothing up", async () => {
  await opened("message", ready);
  const name = await screen.findByDisplayValue("Spring");
  await userEvent.type(name, "x{Backspace}");
  await userEvent.click(screen.getByRole("link", { name: /Check/ }));

  await waitFor(async () => expect((await startButton()).disabled).toBe(false));
});

test("who goes on without a change leaves what is stored, and looked over, as it is", async () => {
  const { history, asked } = await opened("message", ready);
  const name = await screen.findByDisplayValue("Spring");
  await userEvent.type(name, "x{Backspace}");
  await screen.findByDisplayValue("lunes");
  await userEvent.click(screen.getByRole("button", { name: "Save and go on" }));

  await waitFor(() => expect(history.at(-1)).toContain("step=people"));
  expect(asked.filter(({ method }) => method === "PATCH")).toEqual([]);
});

const MADE = "0190cccc-0000-7000-8000-000000000002";
const over = {
  ...campaign,
  state: "finished",
  ramp_up: { first_hour: 100, factor: 3 },
  pause_at_failures: null,
} as unknown as Campaign;
const weekOfMay = {
  label_ids: ["0190eeee-0000-7000-8000-000000000001"],
  states: ["resolved"],
  last_inbound_after: new Date("2026-05-04T00:00:00").toISOString(),
  last_inbound_before: null,
};
const source = { row_count: 2, taken_count: 2, invalid_count: 0, duplicate_count: 0, mapping: null };

/** The page on which a campaign is made from another, which went to `audiences`. */
async function madeAgain(audiences: object[], { offered = template as object } = {}) {
  const server = new TestServer();
  server.connections = async () => [{ id: NUMBER, name: "Sol", phone: "+34", status: "active" }] as never[];
  const at = `/api/tenants/${TENANT}/campaigns`;
  const api = {
    [`GET /api/tenants/${TENANT}/templates`]: () => ok({ items: [offered], next_cursor: null }),
    [`GET ${at}/${ID}`]: () => ok(over),
    [`GET ${at}/${ID}/audience`]: () => ok(audiences),
    [`POST ${at}`]: () => ok({ ...campaign, id: MADE }, 201),
    [`GET ${at}/${MADE}`]: () => ok({ ...campaign, id: MADE }),
    [`GET ${at}/${MADE}/audience`]: () => ok([]),
    [`POST ${at}/${MADE}/audience/filter`]: () => ok({ audience_id: ID, ...source, reasons: [], faults: [] }),
  };
  const page = (
    <Route path="/t/:tenant/campaigns/:campaign">
      <CampaignPage />
    </Route>
  );
  return renderInbox(page, { server, api, path: `/t/${TENANT}/campaigns/new?from=${ID}` });
}

test("a campaign is made from another: filled in as that was, and nothing is made before it is saved", async () => {
  const { asked, history } = await madeAgain([]);
  await screen.findByDisplayValue("Spring (copy)");
  await screen.findByDisplayValue("lunes");
  expect(asksAtReload(), "nothing was typed that would be lost").toBe(false);
  expect(asked.filter(({ method }) => method !== "GET")).toEqual([]);

  await userEvent.click(screen.getByRole("button", { name: "Save and go on" }));
  await waitFor(() => expect(history.at(-1)).toContain(`/campaigns/${MADE}?step=people`));
  const made = asked.filter(({ method }) => method === "POST").map(({ body }) => body);
  const { connection_id, template: content, time_zone, quiet_hours, ramp_up, pause_at_failures } = over;
  expect(made).toEqual([
    {
      ...{ name: "Spring (copy)", connection_id, template: content },
      ...{ time_zone, quiet_hours, ramp_up, pause_at_failures },
    },
  ]);
});

test("whom it went to is chosen anew: what was asked of the inbox is filled in, and a file is asked for again", async () => {
  const { asked } = await madeAgain([
    { ...source, id: "1", kind: "filter", filename: null, described: weekOfMay },
    { ...source, id: "2", kind: "file", filename: "mayo.csv", described: {} },
  ]);
  await screen.findByDisplayValue("lunes");
  await userEvent.click(screen.getByRole("button", { name: "Save and go on" }));

  await screen.findByText("mayo.csv");
  screen.getByText(/Choose the file again/);
  await screen.findByDisplayValue("2026-05-04");
  screen.getAllByText("A label that is gone"); // else everybody would be taken
  expect(asked.filter(({ path }) => path.endsWith("/filter"))).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Add these people" }));
  await waitFor(() =>
    expect(asked.filter(({ path }) => path.endsWith("/filter")).map(({ body }) => body)).toEqual([weekOfMay]),
  );
});

test("a campaign is made from one whose template cannot be sent any more: another is asked for", async () => {
  const { asked } = await madeAgain([], { offered: { ...template, status: "PAUSED" } });
  await screen.findByText("The template “hello” cannot be sent now: choose another.");
  screen.getByDisplayValue("Spring (copy)");
  await userEvent.click(screen.getByRole("button", { name: "Save and go on" }));

  expect(asked.filter(({ method }) => method === "POST")).toEqual([]);
});

const withPicture = {
  ...template,
  components: [{ type: "HEADER", format: "IMAGE" }, ...template.components],
};
const linked = { type: "image", image: { link: "https://clinica.example/spring.jpg" } };
const byLink = {
  ...ready,
  template: {
    ...campaign.template,
    components: [{ type: "header", parameters: [linked] }, ...(campaign.template.components ?? [])],
  },
} as Campaign;

test("a picture that is given by its address holds nothing up, and stays when words beside it change", async () => {
  const { asked } = await opened("message", byLink, withPicture);
  const gap = await screen.findByDisplayValue("lunes");
  await userEvent.type(gap, "x{Backspace}");
  await userEvent.click(screen.getByRole("link", { name: /Check/ }));
  await waitFor(async () => expect((await startButton()).disabled).toBe(false));

  await userEvent.click(screen.getByRole("link", { name: /Message/ }));
  await userEvent.type(await screen.findByDisplayValue("lunes"), " 3");
  await userEvent.click(screen.getByRole("button", { name: "Save and go on" }));
  await waitFor(() => expect(asked.some(({ method }) => method === "PATCH")).toBe(true));
  const told = asked.find(({ method }) => method === "PATCH")?.body;
  expect(told).toMatchObject({ template: { components: [{ type: "header", parameters: [linked] }, {}] } });
});

const given = { type: "image", image: { id: "old" } };
const withFile = {
  ...byLink,
  template: {
    ...byLink.template,
    components: [{ type: "header", parameters: [given] }, ...(campaign.template.components ?? [])],
  },
} as Campaign;

/** An answer that comes when the test says so. */
function held() {
  let answer = (_: Response) => {};
  const promise = new Promise<Response>((resolve) => {
    answer = resolve;
  });
  return { promise, answer: (response: Response) => answer(response) };
}

async function choosePicture() {
  await screen.findByDisplayValue("lunes");
  const input = document.querySelector<HTMLInputElement>("input[type=file]");
  await userEvent.upload(input as HTMLInputElement, new File(["{}"], "new.png", { type: "image/png" }));
}

test("a picture that is still on its way is waited for, wherever one looks meanwhile, and overwrites no words", async () => {
  const upload = held();
  const { asked } = await opened("message", withFile, withPicture, {
    [`POST /api/tenants/${TENANT}/media`]: () => upload.promise,
  });
  await choosePicture();
  await userEvent.type(screen.getByDisplayValue("lunes"), " 3");
  await userEvent.click(screen.getByRole("link", { name: /Check/ }));
  await screen.findByText(/What you changed in “Message” is not saved/);
  expect((await startButton()).disabled).toBe(true);
  expect(screen.queryByRole("button", { name: "Save" })).toBeNull();

  await act(async () => upload.answer(ok({ id: "new" })));
  await userEvent.click(await screen.findByRole("button", { name: "Save" }));
  await waitFor(() => expect(asked.some(({ method }) => method === "PATCH")).toBe(true));
  const told = JSON.stringify(asked.find(({ method }) => method === "PATCH")?.body);
  expect(told).toContain('"id":"new"');
  expect(told).toContain("lunes 3");
});

test("a picture that did not arrive is told of before anything starts with the former one", async () => {
  await opened("message", withFile, withPicture, {
    [`POST /api/tenants/${TENANT}/media`]: () => problem(413, "too_large"),
  });
  await choosePicture();
  await screen.findByRole("alert");
  await userEvent.click(screen.getByRole("link", { name: /Check/ }));
  expect((await startButton()).disabled).toBe(true);
  await userEvent.click(await screen.findByRole("link", { name: "Finish “Message”" }));

  expect((await screen.findByRole("alert")).textContent).toContain("The file was not taken");
});

test("an answer that comes late leaves one in the step one went to, and what was typed meanwhile", async () => {
  const saved = held();
  const { history } = await opened("message", campaign, template, {
    [`PATCH /api/tenants/${TENANT}/campaigns/${ID}`]: () => saved.promise,
  });
  const gap = await screen.findByDisplayValue("lunes");
  await userEvent.type(gap, " 3");
  await userEvent.click(screen.getByRole("button", { name: "Save and go on" }));
  await userEvent.type(gap, "0");
  await userEvent.click(screen.getByRole("link", { name: /Timing/ }));
  await act(async () => saved.answer(ok(campaign)));

  expect(history.at(-1)).toContain("step=timing");
  await userEvent.click(screen.getByRole("link", { name: /Message/ }));
  await screen.findByDisplayValue("lunes 30");
});

test("what is switched while the timing is saved stays as it was switched, and nobody is sent on from elsewhere", async () => {
  const saved = held();
  const { history } = await opened("timing", campaign, template, {
    [`PATCH /api/tenants/${TENANT}/campaigns/${ID}`]: () => saved.promise,
  });
  const flip = (name: RegExp) => userEvent.click(screen.getByRole("switch", { name }));
  await flip(/Begin slowly/);
  await userEvent.click(screen.getByRole("button", { name: "Save and go on" }));
  await flip(/Let people sleep/);
  await userEvent.click(screen.getByRole("link", { name: /People/ }));
  await act(async () => saved.answer(ok({ ...campaign, ramp_up: { first_hour: 500, factor: 2 } })));

  expect(history.at(-1)).toContain("step=people");
  await userEvent.click(screen.getByRole("link", { name: /Timing/ }));
  const sleep = screen.getByRole<HTMLInputElement>("switch", { name: /Let people sleep/ });
  expect(sleep.checked).toBe(false);
});

test("why a step could not be saved is not told again when one comes back to it", async () => {
  await opened("message", campaign, template, {
    [`PATCH /api/tenants/${TENANT}/campaigns/${ID}`]: () => problem(409, "conflict"),
  });
  await userEvent.type(await screen.findByDisplayValue("lunes"), " 3");
  await userEvent.click(screen.getByRole("button", { name: "Save and go on" }));
  await screen.findByRole("alert");
  await userEvent.click(screen.getByRole("link", { name: /People/ }));
  await userEvent.click(screen.getByRole("link", { name: /Message/ }));

  await screen.findByDisplayValue("lunes 3");
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a chosen picture can be shown as long as the draft has it", () => {
  const gone = vi.spyOn(URL, "revokeObjectURL");
  const draft = renderHook(() => useMessageDraft());
  const chosen = (picture: string | null) =>
    act(() => draft.result.current.setTyped({ of: "1", fillings: {}, files: {}, picture }));
  chosen("blob:1");
  chosen("blob:2");
  expect(gone.mock.calls).toEqual([["blob:1"]]);
  draft.unmount();
  expect(gone.mock.calls).toEqual([["blob:1"], ["blob:2"]]);
});

test("what is written over a paused campaign is asked about also on the way back to it, and no more once it is stored", async () => {
  const paused = { ...campaign, state: "paused" } as Campaign;
  const leaves: boolean[] = [];
  const around: AroundNavHandler = (navigate, to) => {
    leaves.push(isUnsaved({ isStep: true }));
    navigate(to);
  };
  const { history } = await opened("message", paused, template, {}, (props) => (
    <Router aroundNav={around}>
      <Refit {...props} />
    </Router>
  ));
  const gap = await screen.findByDisplayValue("lunes");
  await userEvent.type(gap, " 7");
  expect(isUnsaved({ isStep: true })).toBe(true);

  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(history.at(-1)).toBe(`/t/${TENANT}/campaigns/${ID}`));
  expect(leaves).toEqual([false]);
});

test.each([
  ["itself", `campaigns/${ID}?step=message`],
  ["one that is made from it", `campaigns/new?from=${ID}`],
])("a campaign that a colleague deletes takes nothing away that is written in %s", async (what, path) => {
  let deleted = false;
  let toldSo = false;
  const at = `/api/tenants/${TENANT}`;
  const server = new TestServer();
  server.connections = async () => [{ id: NUMBER, name: "Sol", phone: "+34", status: "active" }] as never[];
  await renderInbox(<Route path="/t/:tenant/campaigns/:campaign" component={CampaignPage} />, {
    server,
    api: {
      [`GET ${at}/templates`]: () => ok({ items: [template], next_cursor: null }),
      [`GET ${at}/campaigns/${ID}`]: () => {
        toldSo = deleted;
        return deleted ? problem(404, "not_found") : ok(campaign);
      },
      [`GET ${at}/campaigns/${ID}/audiences`]: () => ok({ items: [], next_cursor: null }),
      [`GET ${at}/campaigns/${ID}/recipients`]: () => ok({ items: [], next_cursor: null }),
    },
    path: `/t/${TENANT}/${path}`,
  });
  const name = await screen.findByDisplayValue(/^Spring/);
  await userEvent.clear(name);
  await userEvent.type(name, "Summer");
  deleted = true;
  await act(async () => void server.happen("campaign_deleted", { id: ID, name: "Spring" }));

  await waitFor(() => expect(toldSo).toBe(true));
  if (what === "itself") await screen.findByText(/A colleague has deleted this campaign/);
  screen.getByDisplayValue("Summer");
});
