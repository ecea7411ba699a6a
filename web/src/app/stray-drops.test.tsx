import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { useStrayDrops } from "./stray-drops";

function Page() {
  useStrayDrops();
  return <main>Beside the place for files</main>;
}

test.each(["dragOver", "drop"] as const)(
  "a file that is dropped beside its place does not take the place of the page: %s",
  (what) => {
    render(<Page />);
    const over = screen.getByRole("main");
    const isLeftToTheBrowser = (types: string[]) => fireEvent[what](over, { dataTransfer: { types } });
    expect(isLeftToTheBrowser(["Files"])).toBe(false);
    expect(isLeftToTheBrowser(["text/plain"])).toBe(true); // words go into fields
  },
);
