// How the console is built: own files alone, nothing inline, each also compressed beside itself.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const server = process.env.HARKEN_URL ?? "http://127.0.0.1:8080";
/** The server takes writes from its own origin alone, so the development server speaks in its name. */
const proxied = { target: server, changeOrigin: true, headers: { origin: new URL(server).origin } };

/** Writes `file.br` beside every asset worth it; the server sends it to whoever takes it. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    closeBundle() {
      const folder = join(import.meta.dirname, "dist/assets");
      for (const name of readdirSync(folder).filter((name) => /\.(js|css|svg)$/.test(name))) {
        const bytes = readFileSync(join(folder, name));
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes, { params }));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), compressed()],
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: true },
  // The glossary is docs/words.md.
  server: { fs: { allow: [".."] }, proxy: { "/api": proxied, "/auth": proxied } },
});
