import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "virtual:mantine-styles";
import "@fontsource-variable/inter/wght.css";
import "./app/global.css";
import { App } from "./app/app";
import { stayAboveKeyboard } from "./app/keyboard-room";
import { reloadOnceWhenOutdated } from "./app/outdated";
import { refuseMarkup } from "./app/trusted-types";

refuseMarkup();
reloadOnceWhenOutdated();
stayAboveKeyboard();

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
