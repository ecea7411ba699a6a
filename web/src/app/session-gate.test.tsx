import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { call } from "@/shared/api/client";
import { useUnsaved } from "@/shared/lib/unsaved";
import { useSession } from "@/shared/session/session-context";
import { tellOtherTabs } from "@/shared/session/tabs";
import { aSession, fakeApi, ok, problem } from "@/testing/fake-api";
import { asksAtReload } from "@/testing/leaving";
import { renderAt } from "@/testing/render";
import { SessionGate } from "./session-gate";

const over = () => problem(401, "unauthorized");

function Work() {
  const { user } = useSession();
  const [typed, setTyped] = useState("");
  useUnsaved(typed !== "");
  return (
    <label>
      Message by {user.name}
      <input value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
    </label>
  );
}

const gate = (
  <SessionGate>
    <Work />
  </SessionGate>
);

test("who is not signed in is sent to the sign-in, which knows where they were going", async () => {
  fakeApi({ "GET /api/auth/session": over });

  const { history } = renderAt("/t/1/inbox/2", gate);

  await waitFor(() => expect(history.at(-1)).toBe("/sign-in?next=%2Ft%2F1%2Finbox%2F2"));
});

test("a session that ends while somebody writes keeps what was written, and goes on after signing in again", async () => {
  const { handlers } = fakeApi({ "GET /api/auth/session": () => ok(aSession()), "GET /api/x": over });
  renderAt("/t/1/inbox", gate);
  await userEvent.type(await screen.findByLabelText("Message by Ana Torres"), "Half an ans");

  handlers["GET /api/auth/session"] = over;
  await call("GET", "/api/x").catch(() => null);

  const password = await screen.findByLabelText("Password");
  expect(screen.getByDisplayValue("ana@clinica.example")).toHaveProperty("readOnly", true);
  expect(screen.getByDisplayValue("Half an ans")).toBeTruthy();

  handlers["POST /api/auth/sign-in"] = () => ok(aSession());
  handlers["GET /api/auth/session"] = () => ok(aSession());
  await userEvent.type(password, "correct horse{Enter}");

  await waitFor(() => expect(screen.queryByLabelText("Password")).toBeNull());
  expect(screen.getByDisplayValue("Half an ans")).toBeTruthy();
});

test("who signed out in another tab is asked here too, with what was written still there", async () => {
  const { handlers } = fakeApi({ "GET /api/auth/session": () => ok(aSession()) });
  renderAt("/t/1/inbox", gate);
  await userEvent.type(await screen.findByLabelText("Message by Ana Torres"), "Half an ans");

  handlers["GET /api/auth/session"] = over;
  tellOtherTabs();
  await screen.findByLabelText("Password");
  expect(screen.getByDisplayValue("Half an ans")).toBeTruthy();

  handlers["GET /api/auth/session"] = () => ok(aSession());
  tellOtherTabs();
  await waitFor(() => expect(screen.queryByLabelText("Password")).toBeNull());
});

test("a 401 that turns out to be about something else interrupts nobody", async () => {
  fakeApi({ "GET /api/auth/session": () => ok(aSession()), "GET /api/x": over });
  renderAt("/t/1/inbox", gate);
  await screen.findByLabelText("Message by Ana Torres");

  await call("GET", "/api/x").catch(() => null);
  await new Promise((resolve) => setTimeout(resolve, 50));

  expect(screen.queryByLabelText("Password")).toBeNull();
});

test("when somebody else signed in, nothing of the one before stays", async () => {
  let asks: boolean | null = null;
  vi.spyOn(window.location, "reload").mockImplementation(() => {
    asks = asksAtReload();
  });
  const { handlers } = fakeApi({ "GET /api/auth/session": () => ok(aSession()), "GET /api/x": over });
  renderAt("/t/1/inbox", gate);
  await userEvent.type(await screen.findByLabelText("Message by Ana Torres"), "Half an ans");

  const { user } = aSession();
  handlers["GET /api/auth/session"] = () => ok(aSession({ user: { ...user, id: "0190cccc", name: "Leo" } }));
  await call("GET", "/api/x").catch(() => null);

  await waitFor(() => expect(asks, "a question whether to leave would keep it").toBe(false));
  expect(screen.queryByLabelText(/Message by/)).toBeNull();
});

test("a server that does not answer is told, and asked again on demand", async () => {
  const { handlers } = fakeApi({
    "GET /api/auth/session": () =>
      problem(403, "foreign_origin", { title: "This request comes from another site" }),
  });
  renderAt("/t/1/inbox", gate);
  expect(await screen.findByText("foreign_origin")).toBeTruthy();

  handlers["GET /api/auth/session"] = () => ok(aSession());
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));

  expect(await screen.findByLabelText("Message by Ana Torres")).toBeTruthy();
});
