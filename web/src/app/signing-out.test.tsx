import { screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { useUnsaved } from "@/shared/lib/unsaved";
import { signOut } from "@/shared/session/sign-out";
import { aSession, fakeApi, ok, problem } from "@/testing/fake-api";
import { asksAtReload } from "@/testing/leaving";
import { renderAt } from "@/testing/render";
import { SessionGate } from "./session-gate";

const ANA = aSession().user.id;
const LEO = "0190bbbb-0000-7000-8000-000000000002";
const [SOL, MAR] = ["0190aaaa-0000-7000-8000-000000000001", "0190aaaa-0000-7000-8000-000000000002"];

/** The rows of the browser's database by their keys: as much of IndexedDB as is asked for. */
function fakeDatabase(keys: [string, string][]) {
  const rows = new Set(keys);
  const answered = <Result,>(work: () => Result) => {
    const request = { result: undefined as Result | undefined, onsuccess: () => undefined };
    queueMicrotask(() => {
      request.result = work();
      request.onsuccess();
    });
    return request;
  };
  const objectStore = () => ({
    getAllKeys: () => answered(() => [...rows]),
    delete: (key: [string, string]) =>
      answered(() => {
        for (const row of rows) if (String(row) === String(key)) rows.delete(row);
      }),
  });
  vi.stubGlobal("indexedDB", { open: () => answered(() => ({ transaction: () => ({ objectStore }) })) });
  return () => [...rows].map(([owner]) => owner);
}

beforeEach(() => {
  vi.spyOn(window.location, "assign").mockImplementation(() => undefined);
  for (const owner of [`${SOL}/${ANA}`, `${MAR}/${ANA}`, `${SOL}/${LEO}`]) {
    localStorage.setItem(`curbe.draft/${owner}/conversation/reply`, "What a customer had told");
  }
  localStorage.setItem("curbe.preferences", "{}");
  sessionStorage.setItem("curbe.sign-up", "{}");
});

async function leaves(answer: () => Response) {
  fakeApi({ "GET /api/auth/session": () => ok(aSession()), "POST /api/auth/sign-out": answer });
  renderAt("/operator/tenants", <SessionGate>a page without a store</SessionGate>);
  await screen.findByText("a page without a store");
  await signOut().catch(() => undefined);
}
const drafts = () => Object.keys(localStorage).filter((key) => key.startsWith("curbe.draft/"));

test.each([204, 401])(
  "who signs out leaves no draft and no unsent message of any workspace in the browser (%i)",
  async (status) => {
    const owners = fakeDatabase([
      [`${SOL}/${ANA}`, "1"],
      [`${MAR}/${ANA}`, "2"],
      [`${SOL}/${LEO}`, "3"],
    ]);
    await leaves(() => (status === 204 ? ok(null, 204) : problem(401, "unauthorized")));
    expect(drafts()).toEqual([`curbe.draft/${SOL}/${LEO}/conversation/reply`]);
    expect(owners()).toEqual([`${SOL}/${LEO}`]);
    expect(localStorage.getItem("curbe.preferences")).toBe("{}");
    expect(sessionStorage.getItem("curbe.sign-up"), "the numbers to choose from").toBeNull();
    expect(window.location.assign).toHaveBeenCalledWith("/sign-in");
  },
);

test("who is not signed out, as the server does not answer, keeps what they wrote", async () => {
  fakeDatabase([]);
  await leaves(() => problem(503, "unavailable"));
  expect(drafts()).toHaveLength(3);
});

test("drafts go also where the browser has no database", async () => {
  vi.stubGlobal("indexedDB", undefined);
  await leaves(() => ok(null, 204));
  expect(drafts()).toHaveLength(1);
  expect(window.location.assign).toHaveBeenCalled();
});

test("who signs out is not held back by what they typed: the page would stay for whoever comes next", async () => {
  fakeDatabase([]);
  const asked: boolean[] = [];
  vi.mocked(window.location.assign).mockImplementation(() => void asked.push(asksAtReload()));
  fakeApi({ "GET /api/auth/session": () => ok(aSession()), "POST /api/auth/sign-out": () => ok(null, 204) });
  function Half() {
    useUnsaved(true);
    return "half a template";
  }
  renderAt(
    "/operator/tenants",
    <SessionGate>
      <Half />
    </SessionGate>,
  );
  await screen.findByText("half a template");
  expect(asksAtReload()).toBe(true);
  await signOut();

  expect(asked).toEqual([false]);
});
