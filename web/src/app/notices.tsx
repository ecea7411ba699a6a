import { Notifications } from "@mantine/notifications";

// biome-ignore lint/style/noDefaultExport: what React.lazy takes
export default function Notices() {
  return <Notifications position="bottom-right" limit={3} />;
}
