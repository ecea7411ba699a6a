import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { aSession, fakeApi, ok, problem } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import { SignInPage } from "./sign-in-page";

const nobody = { "GET /api/auth/session": () => problem(401, "unauthorized") };

test("who comes back from the identity provider without an account is told whom to ask", async () => {
  fakeApi(nobody);
  renderAt("/sign-in?error=oidc_failed&reason=unknown", <SignInPage />);

  expect((await screen.findByRole("alert")).textContent).toContain("Ask an administrator for an invitation");
});

test("who is signed in already goes on to where they were going", async () => {
  fakeApi({ "GET /api/auth/session": () => ok(aSession()) });
  const { history } = renderAt("/sign-in?next=/t/1/inbox/2", <SignInPage />);

  await expect.poll(() => history.at(-1)).toBe("/t/1/inbox/2");
});
