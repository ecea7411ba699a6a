// Before the first paint: the colour scheme that was chosen, or the system's. A file, because the page allows no inline script.
(() => {
  let chosen = "auto";
  try {
    chosen = localStorage.getItem("curbe.scheme") || "auto";
  } catch {
    // Storage can be forbidden (an embedded page): the system's scheme then.
  }
  const dark =
    chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
