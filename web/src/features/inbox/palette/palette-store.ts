import { createSpotlight } from "@mantine/spotlight";

const [store, actions] = createSpotlight();

/** The palette's being open, for whoever opens it. */
export const paletteStore = { store, open: actions.open };
