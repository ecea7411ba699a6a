import { describe, expect, it } from "vitest";
import { hrefOf, safeUrl } from "./links";

describe("an address that a stranger sent", () => {
  it.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>",
    "blob:https://x",
    "vbscript:x",
    "file:///etc/passwd",
    "about:blank",
    "//example.com",
    "",
    null,
  ])("leads nowhere unless it leads to the web: %j", (address) => {
    expect(safeUrl(address)).toBeNull();
  });

  it("leads to the web by http and https", () => {
    expect(safeUrl("https://example.com/a?b#c")).toBe("https://example.com/a?b#c");
    expect(safeUrl("http://example.com")).toBe("http://example.com/");
  });

  it("without a scheme is of the web, with an @ it is mail", () => {
    expect(hrefOf("www.example.com")).toBe("https://www.example.com/");
    expect(hrefOf("ana@example.com")).toBe("mailto:ana@example.com");
    expect(hrefOf("javascript:a@b")).not.toMatch(/^javascript/);
  });
});
