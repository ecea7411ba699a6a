import { fireEvent, screen } from "@testing-library/react";
import { type ReactNode, useState } from "react";
import { expect, test, vi } from "vitest";
import { messageOf, uuid } from "@/shared/store/testing";
import type { Message } from "@/shared/store/types";
import { renderInbox } from "@/testing/inbox";
import { DataContext, type ThreadData } from "../thread-context";
import { Lightbox } from "./lightbox";

const media = { url: "/api/video", mime_type: "video/mp4", filename: null } as unknown as Message["media"];
const PICTURES = [1, 2].map((n) => ({ ...messageOf(n, uuid(1)), type: "video", media }) as Message);

function Thread({ children }: { children?: ReactNode }) {
  const [shown, setShown] = useState<string | null>(null);
  const data: Partial<ThreadData> = { contactName: "Eva", isMe: () => false };
  return (
    <DataContext value={data as ThreadData}>
      <button type="button" onClick={() => setShown(uuid(1))}>
        Open
      </button>
      {shown !== null && (
        <Lightbox
          pictures={PICTURES}
          shown={PICTURES.some(({ id }) => id === shown) ? shown : (PICTURES[0]?.id ?? "")}
          onShow={setShown}
          onClose={() => setShown(null)}
          onShowInThread={() => undefined}
          onReply={() => undefined}
        />
      )}
      {children}
    </DataContext>
  );
}

const dialog = () => screen.getByRole("dialog") as HTMLDialogElement;

test("what closes gives the focus back: the browser does so for a dialog that it closes itself", async () => {
  const close = vi.spyOn(HTMLDialogElement.prototype, "close");
  await renderInbox(<Thread />);
  fireEvent.click(screen.getByRole("button", { name: "Open" }));
  expect(dialog().open).toBe(true);
  const there: boolean[] = [];
  close.mockClear();
  close.mockImplementation(function (this: HTMLDialogElement) {
    there.push(this.isConnected);
  });

  fireEvent.click(screen.getByRole("button", { name: "Close" }));

  expect(there).toEqual([true]);
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("arrows move within a video that has the focus; elsewhere they go to the next one", async () => {
  await renderInbox(<Thread />);
  fireEvent.click(screen.getByRole("button", { name: "Open" }));
  const place = () => dialog().getAttribute("aria-label");
  const first = place();
  const video = dialog().querySelector("video") as HTMLVideoElement;

  fireEvent.keyDown(video, { key: "ArrowRight" });
  expect(place()).toBe(first);
  fireEvent.keyDown(screen.getByRole("button", { name: "Close" }), { key: "ArrowRight" });
  expect(place()).not.toBe(first);
});
