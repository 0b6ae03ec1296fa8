import { defineConfig } from "@hey-api/openapi-ts";

// One function and its types for each operation of the control API, made anew at each build: what no longer fits the
// API's document does not build.
export default defineConfig({
  input: "../docs/openapi.json",
  output: {
    path: "src/api/generated",
    // What is generated is not ours to fix where our compiler settings are stricter than its own.
    header: ["// @ts-nocheck", "// Made by openapi-ts from docs/openapi.json."],
  },
  plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
  logs: { level: "warn" },
});
