/** Short words that come and go at the edge of the page. For what matters, say it where it happened. */

import { notifications } from "@mantine/notifications";

const READABLE = 3500;

export function tellSaved(message: string): void {
  notifications.show({ message, color: "brand", autoClose: READABLE });
}

export function tellFailed(message: string): void {
  notifications.show({ message, color: "red", autoClose: READABLE * 2 });
}
