// How the console is built: own files alone, nothing inline, each also compressed beside itself.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
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

/** What a browser loads before Home stands, in bytes of gzipped script. */
const FIRST_LOAD = 350_000;

/** Stops a build whose first page has grown too heavy. */
function light(): Plugin {
  return {
    name: "light",
    apply: "build",
    generateBundle(_, bundle) {
      const first = new Set<string>();
      const follow = (name: string) => {
        const chunk = bundle[name];
        if (chunk?.type !== "chunk" || first.has(name)) return;
        first.add(name);
        chunk.imports.forEach(follow);
      };
      for (const chunk of Object.values(bundle)) {
        const home = chunk.type === "chunk" && chunk.facadeModuleId?.endsWith("/home/HomePage.tsx");
        if (chunk.type === "chunk" && (chunk.isEntry || home)) follow(chunk.fileName);
      }
      const sizes = [...first].map((name) => {
        const chunk = bundle[name];
        return chunk?.type === "chunk" ? gzipSync(chunk.code).length : 0;
      });
      const size = sizes.reduce((sum, one) => sum + one, 0);
      if (first.size < 2) this.error("neither the entry nor Home was found among what was built");
      if (size > FIRST_LOAD)
        this.error(`the first page takes ${size} bytes of gzipped script, more than ${FIRST_LOAD}`);
      this.info(`the first page takes ${size} bytes of gzipped script, of at most ${FIRST_LOAD}`);
    },
  };
}

export default defineConfig({
  plugins: [react(), compressed(), light()],
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    chunkSizeWarningLimit: 700,
  },
  // The glossary is docs/words.md.
  server: { fs: { allow: [".."] }, proxy: { "/api": proxied, "/auth": proxied } },
});
