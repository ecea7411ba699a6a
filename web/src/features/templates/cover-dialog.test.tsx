import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { ok, problem } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { CoverDialog } from "./cover-dialog";

const COVER = `/api/tenants/${TENANT}/templates/cover`;
const save = () => screen.getByRole("button", { name: "Save" });

test("a cover that is not known yet is not removed by saving", async () => {
  let arrive = (_: Response) => {};
  const arrived = new Promise<Response>((resolve) => {
    arrive = resolve;
  });
  const { asked } = await renderInbox(<CoverDialog onClose={() => {}} />, {
    api: { [`GET ${COVER}`]: () => arrived, [`PUT ${COVER}`]: ({ body }) => ok(body) },
  });
  expect(await screen.findByRole("dialog")).toBeTruthy();
  expect(save()).toHaveProperty("disabled", true);
  expect(screen.queryByText("No cover")).toBeNull();

  arrive(ok({ link: "https://example.org/sol.jpg" }));
  await waitFor(() => expect(save()).toHaveProperty("disabled", false));
  await userEvent.click(save());

  await waitFor(() =>
    expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({
      link: "https://example.org/sol.jpg",
    }),
  );
});

test("a cover that cannot be read says why; another one may be set all the same", async () => {
  const { asked } = await renderInbox(<CoverDialog onClose={() => {}} />, {
    api: {
      [`GET ${COVER}`]: () => problem(403, "missing_scope"),
      [`PUT ${COVER}`]: ({ body }) => ok(body),
    },
  });
  expect((await screen.findByRole("alert")).textContent).toContain("Your role does not allow this");
  expect(save()).toHaveProperty("disabled", true);

  await userEvent.type(screen.getByLabelText("Or the address of an image"), "https://a.example/b.png");
  await userEvent.click(save());

  await waitFor(() =>
    expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({ link: "https://a.example/b.png" }),
  );
});
