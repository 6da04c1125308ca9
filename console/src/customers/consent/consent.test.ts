import { expect, test } from "vitest";
import { idOf } from "./consent";

test("an id is made of what a name has in letters and digits", () => {
  expect(idOf("Offres d'été, 2×/mois")).toBe("offres_d_ete_2_mois");
  expect(idOf("  —  ")).toBe("");
  expect(idOf("x".repeat(80))).toHaveLength(60);
});
