import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { chunks } from "./build/chunks.ts";
import { emoji } from "./build/emoji.ts";
import { mantineStylesPlugin } from "./build/mantine-styles.ts";
import { precompress } from "./build/precompress.ts";

// Where the Python process listens in development; `make web-dev API=http://...` names another.
const api = process.env["API"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), emoji(), mantineStylesPlugin(), precompress()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "../src/curbe/ui_dist",
    emptyOutDir: true,
    target: "es2023",
    manifest: true, // which file belongs to which page: the size gate reads it
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // the Content-Security-Policy has no place for data: scripts, and files cache better
    rolldownOptions: { output: { codeSplitting: chunks } },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000, // build/sizes.ts is the judge
  },
  server: {
    host: "127.0.0.1",
    // The Host stays the page's own, so that the API's check of the Origin passes as it does in production.
    proxy: { "^/(api|webhooks|schema)(/|$)": { target: api, ws: true, changeOrigin: false } },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}", "build/**/*.test.ts"],
    setupFiles: ["src/testing/setup.ts"],
    maxWorkers: 2,
    testTimeout: 20_000, // typing letter by letter takes its time on a busy machine
    isolate: false, // what a file leaves behind is undone in setup.ts; loading everything for each takes half of the time
    restoreMocks: true,
    unstubGlobals: true,
  },
});
