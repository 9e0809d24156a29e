import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const hub = process.env.CITYWIDE_HUB ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [svelte()],
  base: "/",
  build: {
    outDir: here("../src/citywide/doors/static"),
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1300,
    rollupOptions: { input: { index: here("index.html"), resident: here("resident.html") } },
  },
  server: { proxy: { "/v1": hub } },
  test: { include: ["src/**/*.test.ts"], setupFiles: ["vitest.setup.ts"] },
});
