import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { renderInbox } from "@/testing/inbox";
import type { Campaign } from "../api/campaigns";
import { StartPanel } from "./start-panel";

const campaign = { id: "1", state: "ready", time_zone: "Europe/Madrid", reason: null } as Campaign;

test("a campaign that was held as its time had passed says so where it is started, and what to do", async () => {
  const late = { ...campaign, reason: "too_late" };
  await renderInbox(<StartPanel campaign={late} found={null} unsaved={false} />);

  const said = screen.getByRole("alert").textContent;
  expect(said).toContain("Its time has passed");
  expect(said).toContain("start it or choose another time");
});

test("one that nothing happened to says nothing", async () => {
  await renderInbox(<StartPanel campaign={campaign} found={null} unsaved={false} />);

  expect(screen.queryByRole("alert")).toBeNull();
});
