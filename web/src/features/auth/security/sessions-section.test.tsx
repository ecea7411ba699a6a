import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { fakeApi, ok } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import { SessionsSection } from "./sessions-section";

const aSessionRow = (id: string, more: object) => ({
  id,
  created_at: "2026-03-01T10:00:00Z",
  last_seen_at: "2026-03-02T10:00:00Z",
  expires_at: "2026-03-31T10:00:00Z",
  address: "203.0.113.9",
  user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  embedded: false,
  current: false,
  ...more,
});

const HERE = aSessionRow("here", { current: true });
const PHONE = aSessionRow("phone", { address: "198.51.100.7", user_agent: null });

function shown() {
  const api = fakeApi({
    "GET /api/auth/sessions": () => ok({ items: [HERE, PHONE] }),
    "DELETE /api/auth/sessions/phone": () => ok(null),
    "DELETE /api/auth/sessions": () => ok(null),
  });
  renderAt("/settings/security", <SessionsSection proved={(act) => act()} />);
  return () => api.asked.filter((one) => one.method === "DELETE").map((one) => one.path);
}

test("each session says where it is, and all but this one can be ended", async () => {
  const ended = shown();

  const [here, phone] = await screen.findAllByRole("listitem");
  expect(here?.textContent).toContain("Firefox · Linux203.0.113.9");
  expect(here?.textContent).toContain("This one");
  expect(within(here as HTMLElement).queryByRole("button")).toBeNull();
  await userEvent.click(within(phone as HTMLElement).getByRole("button", { name: "End Unknown browser" }));
  await userEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "End" }));

  await waitFor(() => expect(ended()).toEqual(["/api/auth/sessions/phone"]));
});

test("all others end at one click", async () => {
  const ended = shown();

  await userEvent.click(await screen.findByRole("button", { name: "End all others" }));
  const dialog = within(await screen.findByRole("dialog"));
  await userEvent.click(dialog.getByRole("button", { name: "End all others" }));

  await waitFor(() => expect(ended()).toEqual(["/api/auth/sessions"]));
});
