import { Providers } from "./providers";
import { Routes } from "./routes";
import { useStrayDrops } from "./stray-drops";

export function App() {
  useStrayDrops();
  return (
    <Providers>
      <Routes />
    </Providers>
  );
}
