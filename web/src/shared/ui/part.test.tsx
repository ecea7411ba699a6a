import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { type ComponentType, lazy, Suspense } from "react";
import { expect, test, vi } from "vitest";
import { renderAt } from "@/testing/render";
import type { Look } from "./absent";
import { OverlayOnDemand, type OverlayProps } from "./overlay-on-demand";
import { part } from "./part";

type Props = { name: string; onClose?: () => void };
const Words: ComponentType<Props> = ({ name }) => <p>The words of {name}</p>;

/** A server from which nothing comes until it is `there`. */
function server() {
  const state = { there: false, asked: 0 };
  const load = async () => {
    state.asked += 1;
    if (!state.there) throw new TypeError("Failed to fetch dynamically imported module");
    return Words;
  };
  return { state, load };
}

/** Somebody writes beside the part. */
async function shown(
  { load }: { load: () => Promise<ComponentType<Props>> },
  look?: Look,
  onClose = () => {},
) {
  const Part = part(load, look);
  const screenOf = (opened: boolean) => (
    <>
      <input aria-label="Answer" />
      <Suspense>{opened && <Part name="Ana" onClose={onClose} />}</Suspense>
    </>
  );
  const rendered = renderAt("/", screenOf(true));
  await userEvent.type(screen.getByLabelText("Answer"), "At five");
  return { ...rendered, draw: (opened: boolean) => renderAt("/", screenOf(opened)) };
}

const tryAgain = async () => userEvent.click(await screen.findByRole("button", { name: "Try again" }));

test("a part that could not be loaded says so in its place, and comes when it is tried again", async () => {
  const { state, load } = server();
  await shown({ load });
  expect((await screen.findByRole("status")).textContent).toContain("This part could not be loaded");
  state.there = true;
  await tryAgain();

  await screen.findByText("The words of Ana");
  expect(screen.queryByRole("status")).toBeNull();
  expect(screen.getByLabelText<HTMLInputElement>("Answer").value, "all around it stayed").toBe("At five");
});

test("a part that is asked for in vain by somebody online is reached by loading the page anew", async () => {
  const reload = vi.spyOn(window.location, "reload").mockImplementation(() => {});
  await shown(server());
  await tryAgain();
  const way = await screen.findByRole("button", { name: "Reload the page" });
  expect(reload, "not by itself: something may be typed").not.toHaveBeenCalled();
  await userEvent.click(way);

  expect(reload).toHaveBeenCalledOnce();
});

test("a part that could not be loaded comes by itself when the browser is online again", async () => {
  const { state, load } = server();
  await shown({ load });
  await screen.findByRole("status");
  state.there = true;

  await waitFor(() => {
    dispatchEvent(new Event("online"));
    screen.getByText("The words of Ana");
  });
});

test("what would have come over the page is put away, and asked for at once when it is wanted again", async () => {
  const { state, load } = server();
  const onClose = vi.fn();
  const { unmount, draw } = await shown({ load }, "over", onClose);
  await userEvent.click(await screen.findByRole("button", { name: "Close" }));
  expect(onClose).toHaveBeenCalledOnce();
  expect(screen.queryByRole("status")).toBeNull();
  unmount();
  state.there = true;
  draw(true);

  await screen.findByText("The words of Ana");
});

test("a button whose menu could not be loaded stays, and opens it when it is tried again", async () => {
  const { state, load } = server();
  const Menu = ({ button }: OverlayProps) => (
    <>
      <button type="button" {...button} />
      <p>The menu</p>
    </>
  );
  const overlay = lazy(async () => ({ default: Menu }));
  renderAt("/", <OverlayOnDemand load={load} overlay={overlay} given={{}} button={{ children: "More" }} />);
  await userEvent.click(screen.getByRole("button", { name: "More" }));
  await screen.findByRole("status");
  screen.getByRole("button", { name: "More" });
  state.there = true;
  await tryAgain();

  await screen.findByText("The menu");
  expect(screen.queryByRole("status")).toBeNull();
});
