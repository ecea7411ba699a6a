import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Link, Route, Switch } from "wouter";
import { renderInbox, TENANT } from "@/testing/inbox";
import { Frame } from "./frame";

const HOME = `/t/${TENANT}`;
const SOL = {
  tenant_id: TENANT,
  tenant_name: "Sol",
  language: null,
  role: "owner",
  suspended: false,
  scopes: ["*"],
} as const;

function Pages() {
  return (
    <Frame tenant={{ ...SOL, scopes: [...SOL.scopes] }}>
      <Switch>
        <Route path="/t/:tenant/campaigns/:campaign">
          <input aria-label="What is it called?" />
        </Route>
        <Route path="/t/:tenant/campaigns">
          <Link to={`${HOME}/campaigns/one`}>Christmas</Link>
        </Route>
      </Switch>
    </Frame>
  );
}

test("whoever follows a link that goes with its page goes on at the beginning of the next, and hears its name", async () => {
  await renderInbox(<Pages />, { path: `${HOME}/campaigns` });
  const link = screen.getByRole("link", { name: "Christmas" });
  link.focus();
  await userEvent.keyboard("{Enter}");
  await screen.findByLabelText("What is it called?");
  const main = screen.getByRole("main", { name: "Campaigns" });
  await waitFor(() => expect(document.activeElement).toBe(main));
});

test("whoever follows a link that stays keeps it", async () => {
  await renderInbox(<Pages />, { path: `${HOME}/reports` });
  const rail = screen.getByRole("link", { name: "Campaigns" });
  rail.focus();
  await userEvent.keyboard("{Enter}");
  await screen.findByRole("link", { name: "Christmas" });
  expect(document.activeElement).toBe(rail);
});
