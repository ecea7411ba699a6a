import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { NotProved } from "@/shared/api/problem";
import { fakeApi, problem } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import { TotpSection } from "./totp-section";

const add = () => userEvent.click(screen.getByRole("button", { name: "Add app" }));

test("an authenticator app that could not be begun with says why", async () => {
  fakeApi({ "POST /api/auth/totp": () => problem(503, "unavailable") });
  renderAt("/settings/security", <TotpSection on={false} proved={(act) => act()} onCodes={() => {}} />);

  await add();

  expect((await screen.findByRole("alert")).textContent).toContain("This is not possible at the moment");
});

test("who did not want to show that it is them has nothing to be told", async () => {
  const { asked } = fakeApi({});
  const proved = () => Promise.reject(new NotProved());
  renderAt("/settings/security", <TotpSection on={false} proved={proved} onCodes={() => {}} />);

  await add();

  await waitFor(() => expect(screen.getByRole("button").hasAttribute("data-loading")).toBe(false));
  expect(screen.queryByRole("alert")).toBeNull();
  expect(asked).toEqual([]);
});
