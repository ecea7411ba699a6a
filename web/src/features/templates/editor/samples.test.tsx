import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test } from "vitest";
import { ok } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { type Draft, EMPTY, ofKind } from "../model/draft";
import { CardsField } from "./cards-field";

const MEDIA = `POST /api/tenants/${TENANT}/media`;
const SAMPLE = `POST /api/tenants/${TENANT}/templates/media`;
const photo = () => new File(["1"], "casa.png", { type: "image/png" });

function Carousel() {
  const [draft, setDraft] = useState<Draft>(() => ofKind(EMPTY, "CAROUSEL"));
  return (
    <>
      <CardsField
        draft={draft}
        found={() => []}
        onChange={setDraft}
        onSeen={() => {}}
        wabaId="1"
        isNew={true}
      />
      <output>{draft.cards.map(({ sample }) => sample.handle || "none").join(" ")}</output>
    </>
  );
}

const handles = () => document.querySelector("output")?.textContent;
const firstFile = () => document.querySelector("input[type=file]") as HTMLInputElement;

test("cards that turn from images to videos let the images go: Meta would be shown an image for a video", async () => {
  const api = { [MEDIA]: () => ok({ id: "9" }), [SAMPLE]: () => ok({ handle: "4::aW" }) };
  await renderInbox(<Carousel />, { api });
  await userEvent.upload(firstFile(), photo());
  await waitFor(() => expect(handles()).toBe("4::aW none"));

  await userEvent.click(screen.getByRole("radio", { name: "Images" }));
  expect(handles(), "it is what it was").toBe("4::aW none");
  await userEvent.click(screen.getByRole("radio", { name: "Videos" }));

  expect(handles()).toBe("none none");
  expect(screen.queryByText("casa.png")).toBeNull();
});

test("an image that is still on its way when the cards become videos comes too late", async () => {
  let arrive = (_: Response) => {};
  const arrived = new Promise<Response>((resolve) => {
    arrive = resolve;
  });
  const { asked } = await renderInbox(<Carousel />, {
    api: { [MEDIA]: () => arrived, [SAMPLE]: () => ok({ handle: "4::aW" }) },
  });
  await userEvent.upload(firstFile(), photo());
  await userEvent.click(screen.getByRole("radio", { name: "Videos" }));
  arrive(ok({ id: "9" }));

  await waitFor(() => expect(asked.some(({ path }) => path.endsWith("/media"))).toBe(true));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(handles()).toBe("none none");
  expect(screen.getByRole("radio", { name: "Videos" })).toHaveProperty("checked", true);
});
