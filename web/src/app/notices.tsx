import { Notifications } from "@mantine/notifications";
import classes from "./notices.module.css";

// biome-ignore lint/style/noDefaultExport: what React.lazy takes
export default function Notices() {
  return <Notifications position="top-center" limit={3} classNames={{ root: classes["notices"] ?? "" }} />;
}
