// A map as a file for `harken import --map`.

import { save } from "../../components/save";

export function saveMap(toml: string, name: string) {
  const stem = name.replace(/\.[^.]*$/, "").replace(/[^\p{L}\p{N}_-]+/gu, "-") || "import";
  save(new Blob([toml], { type: "application/toml" }), `${stem}.toml`);
}
