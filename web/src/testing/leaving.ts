/** Whether the browser would ask before it loads another page, as something here would be lost. */
export function asksAtReload(): boolean {
  return !dispatchEvent(new Event("beforeunload", { cancelable: true }));
}
