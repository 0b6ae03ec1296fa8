import { defineConfig } from "vitest/config";

// Where a platform's control API answers, for `make console-dev`.
const control = process.env.STAGEDOOR_URL ?? "http://127.0.0.1:7070";

// Served by control under /console/; assets carry their hash, so browsers keep them for good.
export default defineConfig({
  base: "/console/",
  server: { host: "127.0.0.1", port: 5173, strictPort: true, proxy: { "/v1": { target: control, changeOrigin: true } } },
  test: { include: ["tests/**/*.test.ts"] },
  plugins: [
    {
      // Before everything else; it stays a file of its own.
      name: "start",
      transformIndexHtml: () => [{ tag: "script", attrs: { src: "/console/start.js" }, injectTo: "head-prepend" }],
    },
  ],
  build: {
    outDir: "../src/stagedoor/console",
    emptyOutDir: true,
    target: "es2022",
    // Small files stay files: the content security policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // "use client" is for servers that render pages; there is none here.
      output: {
        codeSplitting: {
          // What most pages share comes in one file; the curves, and every page but the first, when they are wanted.
          groups: [{ name: "base", test: /node_modules|src\/(api|parts)\/(?!sparkline|curve)/ }],
        },
      },
      onLog: (level, log, next) => log.code === "MODULE_LEVEL_DIRECTIVE" || next(level, log),
    },
  },
});
