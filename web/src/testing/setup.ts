import { notifications } from "@mantine/notifications";
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// A part that is loaded when it is first needed takes its time on a busy machine.
configure({ asyncUtilTimeout: 10_000 });

// happy-dom has no fonts that could still be loading; a field that grows with its text listens for them.
Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });

afterEach(() => {
  notifications.clean();
  notifications.cleanQueue();
  cleanup();
  localStorage.clear();
  sessionStorage.clear();
});
