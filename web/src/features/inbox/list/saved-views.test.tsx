import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { TenantValue } from "@/shared/session/session-context";
import { conversationOf, ME, TestServer, uuid } from "@/shared/store/testing";
import type { Conversation } from "@/shared/store/types";
import { ok } from "@/testing/fake-api";
import { INBOX, renderInbox, TENANT } from "@/testing/inbox";
import type { SavedView } from "../api/saved-views";
import { ListPane } from "../list-pane";
import { filterOf } from "./view-filters";

const VIEWS = `/api/tenants/${TENANT}/inbox/views`;

let views: SavedView[];

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  // What floats is hidden where what it belongs to has no place, as everything without a screen.
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockReturnValue(new DOMRect(100, 100, 40, 40));
  views = [];
});

function viewOf(number: number, change: Partial<SavedView> = {}): SavedView {
  return {
    id: uuid(number),
    name: `View ${number}`,
    shared: false,
    place: 0,
    filter: filterOf({ tab: "all", unread: true }),
    gone: [],
    created_at: "2026-11-20T12:00:00Z",
    updated_at: "2026-11-20T12:00:00Z",
    ...change,
  };
}

const Screen = () => <ListPane selected={null} templateForm={() => null} />;

async function renderViews({
  path = `${INBOX}?tab=all`,
  screen: shown = <Screen />,
  api = {},
  server = new TestServer(),
} = {}) {
  const handlers = { [`GET ${VIEWS}`]: () => ok({ items: views, next_cursor: null }), ...api };
  return renderInbox(shown, { server, path, api: handlers });
}

/** As somebody who may not share. */
const asAgent = (
  <TenantValue
    membership={{
      tenant_id: TENANT,
      tenant_name: "Sol",
      language: null,
      role: "agent",
      suspended: false,
      scopes: ["inbox:read", "inbox:write"],
    }}
  >
    <Screen />
  </TenantValue>
);

const button = (name: string) => screen.findByRole("button", { name });
const pressed = async (name: string) => (await button(name)).getAttribute("aria-pressed");

test("the filters that are set are saved under a name, and the list is that view from then on", async () => {
  const save = vi.fn(({ body }: { body: unknown }) => {
    views = [{ ...viewOf(1), ...(body as Partial<SavedView>) }];
    return ok(views[0], 201);
  });
  await renderViews({ path: `${INBOX}?tab=mine&unread=1`, api: { [`POST ${VIEWS}`]: save } });
  await userEvent.click(await button("Save as view"));
  const dialog = await screen.findByRole("dialog");
  await userEvent.type(within(dialog).getByLabelText("Name"), " My morning ");
  await userEvent.click(within(dialog).getByRole("switch", { name: /^Share with the team/ }));
  await userEvent.click(within(dialog).getByRole("button", { name: "Save view" }));
  await waitFor(async () => expect(await pressed("My morning")).toBe("true"));
  expect(save.mock.calls[0]?.[0].body).toMatchObject({
    name: "My morning",
    shared: true,
    filter: { assignee: "me", unread: true, states: ["open", "waiting"] },
  });
  expect(screen.queryByRole("button", { name: "Save as view" })).toBeNull();
});

test("a view opens with its filters and its order", async () => {
  views = [
    viewOf(1),
    viewOf(2, { filter: filterOf({ tab: "unassigned", states: ["snoozed"], sort: "oldest" }) }),
  ];
  const { history } = await renderViews();
  await userEvent.click(await button("View 2"));
  expect(history.at(-1)).toContain("?tab=unassigned&state=snoozed&sort=oldest");
  expect([await pressed("View 1"), await pressed("View 2")]).toEqual(["false", "true"]);
});

test("a view that names what is gone opens and says so, and what is gone can be taken out", async () => {
  views = [viewOf(1, { filter: filterOf({ tab: "all", labels: [uuid(90)] }), gone: [uuid(90)] })];
  const { history } = await renderViews();
  await userEvent.click(await button("View 1"));
  await screen.findByText(/no longer exists/);
  await userEvent.click(await button("Remove filter: Deleted label"));
  expect(history.at(-1)).not.toContain("label=");
  await waitFor(() => expect(screen.queryByText(/no longer exists/)).toBeNull());
});

test("who may not share saves a view of their own alone, and leaves the shared ones as they are", async () => {
  views = [viewOf(1, { shared: true, filter: filterOf({ tab: "all", states: ["resolved"] }) })];
  await renderViews({ path: `${INBOX}?tab=all&unread=1`, screen: asAgent });
  await button("View 1");
  expect(screen.queryByRole("button", { name: "Manage views" })).toBeNull();
  await userEvent.click(await button("Save as view"));
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).queryByRole("switch")).toBeNull();
});

test("views are moved, renamed and deleted", async () => {
  views = [viewOf(1), viewOf(2), viewOf(3, { shared: true })];
  const change = vi.fn((_: { body: unknown }) => ok(views[1]));
  const remove = vi.fn(() => {
    views = views.slice(1);
    return ok(null, 204);
  });
  await renderViews({
    api: { [`PATCH ${VIEWS}/${uuid(2)}`]: change, [`DELETE ${VIEWS}/${uuid(1)}`]: remove },
  });
  await userEvent.click(await button("Manage views"));
  const own = await screen.findByRole("list", { name: "Yours" });
  await screen.findByRole("list", { name: "Shared with the team" });
  expect((within(own).getByRole("button", { name: "Move View 2 down" }) as HTMLButtonElement).disabled).toBe(
    true,
  );

  await userEvent.click(within(own).getByRole("button", { name: "Move View 2 up" }));
  await userEvent.click(within(own).getByRole("button", { name: "Rename View 2" }));
  const dialog = await screen.findByRole("dialog", { name: "Rename view" });
  await userEvent.clear(within(dialog).getByLabelText("Name"));
  await userEvent.type(within(dialog).getByLabelText("Name"), "Late");
  await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  await waitFor(() => expect(screen.queryByRole("dialog", { name: "Rename view" })).toBeNull());
  expect(change.mock.calls.map(([{ body }]) => body)).toEqual([{ place: 0 }, { name: "Late" }]);

  await userEvent.click(within(own).getByRole("button", { name: "Delete View 1" }));
  await userEvent.click(await button("Delete view"));
  await waitFor(() => expect(within(own).queryByText("View 1")).toBeNull());
  expect(remove).toHaveBeenCalledOnce();
});

test("a view that somebody else shares is there at once", async () => {
  const { server } = await renderViews();
  await screen.findByRole("button", { name: "Filter" });
  views = [viewOf(1, { shared: true })];
  server.happen("saved_views_changed", { saved_view: views[0], saved_view_id: uuid(1) });
  await button("View 1");
});

const badge = async (view: RegExp, words: string) => {
  await waitFor(() => within(screen.getByRole("button", { name: view })).getByRole("img", { name: words }));
};

test("how many conversations are unread stands beside each view, and follows what happens", async () => {
  const server = new TestServer();
  const put = (number: number, change: Partial<Conversation> = {}) =>
    server.put(conversationOf(number, { unread_count: 1, label_ids: [uuid(90)], ...change }));
  views = [
    viewOf(1, { filter: filterOf({ tab: "all", labels: [uuid(90)] }) }),
    viewOf(2, { filter: filterOf({ tab: "mine" }) }),
  ];
  server.savedViews.set(uuid(1), { tab: "all", labels: [uuid(90)] }).set(uuid(2), { tab: "mine" });
  put(1);
  put(2);
  await renderViews({ server });
  await badge(/^View 1/, "2 unread conversations");
  await button("View 2");
  server.happen("conversation_updated", put(1, { unread_count: 0, version: 2 }));
  await badge(/^View 1/, "1 unread conversation");
  server.happen("conversation_updated", put(2, { assignee_id: ME, version: 2 }));
  await badge(/^View 2/, "1 unread conversation");
});

test("what is unread in a view that is new is asked for at once", async () => {
  const server = new TestServer();
  server.put(conversationOf(1, { unread_count: 1 }));
  await renderViews({ server });
  await screen.findByRole("button", { name: "Filter" });
  views = [viewOf(1, { shared: true })];
  server.savedViews.set(uuid(1), { tab: "all" });
  server.happen("saved_views_changed", { saved_view: views[0], saved_view_id: uuid(1) });
  await badge(/^View 1/, "1 unread conversation");
});
