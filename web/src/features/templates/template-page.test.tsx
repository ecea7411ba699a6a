import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Route } from "wouter";
import { ok } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { TemplatePage } from "./template-page";

const ID = "0190eeee-0000-7000-8000-000000000001";
const AT = `/api/tenants/${TENANT}/templates`;
const template = {
  id: ID,
  name: "hello",
  language: "es",
  category: "MARKETING",
  waba_id: "1",
  provider_template_id: "8",
  parameter_format: "POSITIONAL",
  updated_at: "2026-11-28T12:00:00Z",
  components: [{ type: "BODY", text: "Hola." }],
};

async function opened(status: string) {
  return renderInbox(
    <Route path="/t/:tenant/templates/:template">
      <TemplatePage />
    </Route>,
    {
      path: `/t/${TENANT}/templates/${ID}`,
      api: {
        [`GET ${AT}/${ID}`]: () => ok({ ...template, status }),
        [`GET ${AT}/accounts`]: () => ok([]),
        [`POST ${AT}/${ID}/unpause`]: () => ok({ ...template, status: "APPROVED" }),
      },
    },
  );
}

test("a paused template is unpaused on its page, which says when Meta does so by itself", async () => {
  const { asked } = await opened("PAUSED");

  expect(await screen.findByText(/Meta ends a pause for low quality by itself/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Unpause" }));

  expect(asked.map(({ path }) => path)).toContain(`${AT}/${ID}/unpause`);
});

test("a template that is not paused has no pause to end", async () => {
  await opened("APPROVED");

  expect(await screen.findByText("hello")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Unpause" })).toBeNull();
});
