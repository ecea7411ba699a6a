import { Notifications } from "@mantine/notifications";
import classes from "./notices.module.css";

export function Notices() {
  return <Notifications position="top-center" limit={3} classNames={{ root: classes["notices"] ?? "" }} />;
}
