/** Mantine's theme, and the product's own tokens as CSS variables in both colour schemes. */

import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

// Shade 7 is the brand's green, in both schemes: lighter ones would put white words on a light ground.
const brand: MantineColorsTuple = [
  "#e8f7ef",
  "#cfeedd",
  "#a3dfc0",
  "#74cfa1",
  "#4dc088",
  "#2daa71",
  "#16915c",
  "#0b7a4f",
  "#08633f",
  "#054a2f",
];

// A grey with a breath of green, so that neutral surfaces belong to the brand.
const gray: MantineColorsTuple = [
  "#f7f9f7",
  "#f0f3f0",
  "#e5e9e6",
  "#d5dbd7",
  "#bcc5bf",
  "#98a39c",
  "#76827b",
  "#59655e",
  "#3d4741",
  "#1f2622",
];

const dark: MantineColorsTuple = [
  "#e6ebe8",
  "#b9c2bc",
  "#98a39c",
  "#66716b",
  "#3a423d",
  "#2b322e",
  "#222824",
  "#191d1b",
  "#141816",
  "#0e1110",
];

// Mantine's red is too light for white words on its shade 7 (3.8:1).
const red: MantineColorsTuple = [
  "#fdeeee",
  "#f9dada",
  "#f2b3b1",
  "#ec8a87",
  "#e66863",
  "#df4b46",
  "#d33a36",
  "#bf2c2c",
  "#a32222",
  "#821a1a",
];

export const theme = createTheme({
  primaryColor: "brand",
  primaryShade: 7,
  colors: { brand, gray, dark, red },
  autoContrast: false,
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace",
  defaultRadius: "md",
  radius: { xs: "4px", sm: "6px", md: "8px", lg: "12px", xl: "20px" },
  headings: {
    fontWeight: "620",
    sizes: { h1: { fontSize: "24px" }, h2: { fontSize: "18px" }, h3: { fontSize: "15px" } },
  },
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Text: { defaultProps: { size: "sm" } },
    // What is closed is gone at once: while it fades it still has the keys, and whoever goes on by key writes elsewhere than they meant.
    Modal: {
      defaultProps: {
        centered: true,
        radius: "lg",
        padding: "lg",
        overlayProps: { backgroundOpacity: 0.4 },
        transitionProps: { exitDuration: 0 },
      },
    },
    Popover: { defaultProps: { transitionProps: { duration: 150, exitDuration: 0 } } },
    Menu: {
      defaultProps: {
        withInitialFocusPlaceholder: false,
        shadow: "md",
        radius: "md",
        transitionProps: { duration: 80, exitDuration: 0 },
      },
    },
    Tooltip: { defaultProps: { openDelay: 400, transitionProps: { duration: 80 }, withArrow: false } },
  },
});

type Tokens = Record<string, string>;

const light: Tokens = {
  "--bg": "#ffffff",
  "--bg-rail": "#f1f4f1",
  "--bg-thread": "#f7f8f6",
  "--bg-raised": "#ffffff",
  "--line": "#e3e8e4",
  "--fg": "#17201b",
  "--fg-2": "#59655e",
  "--hover": "#f2f5f2",
  "--active": "#e2f3ea",
  "--in": "#ffffff",
  "--out": "#d7f3e2",
  "--note": "#fff4cf",
  "--note-line": "#e0b43c",
  "--tick": "#0a6ebd",
  "--danger": "#c22f2f",
  "--danger-bg": "#fdeeee",
  "--warn": "#855400",
  "--warn-bg": "#fff4df",
  "--accent": "#0b7a4f",
  "--accent-bg": "#e2f3ea",
  "--focus": "#0b7a4f",
  "--shadow": "0 1px 2px rgb(16 32 24 / 6%), 0 8px 28px rgb(16 32 24 / 8%)",
};

const night: Tokens = {
  "--bg": "#161a18",
  "--bg-rail": "#0f1211",
  "--bg-thread": "#121614",
  "--bg-raised": "#1c211e",
  "--line": "#29302c",
  "--fg": "#e6ebe8",
  "--fg-2": "#9ba69f",
  "--hover": "#262d29",
  "--active": "#1a3528",
  "--in": "#212723",
  "--out": "#12472f",
  "--note": "#373016",
  "--note-line": "#a98422",
  "--tick": "#6cbcff",
  "--danger": "#ff8b85",
  "--danger-bg": "#3a1d1c",
  "--warn": "#f0b959",
  "--warn-bg": "#35290f",
  "--accent": "#4cc48e",
  "--accent-bg": "#1a3528",
  "--focus": "#4cc48e",
  "--shadow": "0 1px 2px rgb(0 0 0 / 40%), 0 8px 28px rgb(0 0 0 / 40%)",
};

const onMantine: Tokens = {
  "--mantine-color-body": "var(--bg)",
  "--mantine-color-text": "var(--fg)",
  "--mantine-color-dimmed": "var(--fg-2)",
  "--mantine-color-error": "var(--danger)",
  "--mantine-color-default-border": "var(--line)",
  "--mantine-color-anchor": "var(--accent)",
  "--mantine-color-brand-text": "var(--accent)",
  "--mantine-color-brand-light": "var(--accent-bg)",
  "--mantine-color-brand-light-hover": "color-mix(in srgb, var(--accent-bg) 88%, var(--accent))",
  "--mantine-color-brand-light-color": "var(--accent)",
  "--mantine-color-brand-outline": "var(--accent)",
  "--mantine-color-red-text": "var(--danger)",
  "--mantine-color-red-light": "var(--danger-bg)",
  "--mantine-color-red-light-hover": "color-mix(in srgb, var(--danger-bg) 90%, var(--danger))",
  "--mantine-color-red-light-color": "var(--danger)",
  "--mantine-color-red-outline": "var(--danger)",
  "--mantine-color-default-color": "var(--fg)",
  "--mantine-color-placeholder": "var(--fg-2)",
};

export const tokens: CSSVariablesResolver = () => ({
  variables: {},
  light: { ...light, ...onMantine },
  dark: { ...night, ...onMantine },
});
