import { defineConfig } from "vite";

// Served by control under /console/; assets carry their hash, so browsers keep them for good.
export default defineConfig({
  base: "/console/",
  build: {
    outDir: "../src/stagedoor/console",
    emptyOutDir: true,
    target: "es2022",
    // Small files stay files: the content security policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // "use client" is for servers that render pages; there is none here.
      onLog: (level, log, next) => log.code === "MODULE_LEVEL_DIRECTIVE" || next(level, log),
    },
  },
});
