import { notifications } from "@mantine/notifications";
import { cleanup, configure } from "@testing-library/react";
import * as React from "react";
import { afterEach } from "vitest";

// A part that is loaded when it is first needed takes its time on a busy machine.
configure({ asyncUtilTimeout: 10_000 });

// An element that a library's warning holds is told by its tag: with all that hangs on it, it would fill 6,000 lines of the log.
Object.defineProperty(Element.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  configurable: true, // what runs without isolation runs this once for each file
  value(this: Element) {
    return (this.cloneNode(false) as Element).outerHTML;
  },
});

// happy-dom has no fonts that could still be loading; a field that grows with its text listens for them.
Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });

// React notes of each of the first ten thousand elements in a second where it was made, for what it warns of; that took a tenth of all tests'
// time. It counts as if they had been made.
const counted: unknown = Object.entries(React).find(([name]) => name.startsWith("__CLIENT_INTERNALS"))?.[1];
if (counted instanceof Object)
  Object.defineProperty(counted, "recentlyCreatedOwnerStacks", {
    get: () => 10_000,
    set: () => {},
    configurable: true,
  });

afterEach(() => {
  notifications.clean();
  notifications.cleanQueue();
  cleanup();
  localStorage.clear();
  sessionStorage.clear();
});
