/**
 * Screens with made-up contents, for looking at them while one works: `make web-dev`, then /stories.html?story=messages.
 * Not part of what is built: the build begins at index.html alone.
 */

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "virtual:mantine-styles";
import "@/app/global.css";
import "@fontsource-variable/inter";
import { Providers } from "@/app/providers";
import { stories } from "./stories";

const story = new URLSearchParams(location.search).get("story") ?? "";
const Story = stories[story];

function Index() {
  return (
    <ul>
      {Object.keys(stories).map((name) => (
        <li key={name}>
          <a href={`?story=${name}`}>{name}</a>
        </li>
      ))}
    </ul>
  );
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Providers>{Story ? <Story /> : <Index />}</Providers>
    </StrictMode>,
  );
}
