import { expect, test, vi } from "vitest";
import { Chime } from "./chime";

test("a chime that is put away gives the browser its sound back", () => {
  const close = vi.fn(async () => undefined);
  class Context {
    state = "running";
    close = close;
  }
  vi.stubGlobal("AudioContext", Context);
  const chime = new Chime();
  chime.close(); // nobody has touched the page: there is none
  expect(close).not.toHaveBeenCalled();
  chime.allow();
  chime.close();
  expect(close).toHaveBeenCalledOnce();
  expect(chime.play()).toBe(false);
});
