// The colours of charts, light and dark, and who wears which: a name has the same colour on every page.

import { useComputedColorScheme } from "@mantine/core";

export interface Ink {
  text: string;
  dimmed: string;
  line: string;
  surface: string;
  accent: string;
  negative: string;
  neutral: string;
  series: readonly string[];
}

// Eight that people with any common colour blindness tell apart, each with a contrast of at least 3:1 to its page.
const LIGHT: Ink = {
  text: "#1d2124",
  dimmed: "#596066",
  line: "#e6e8e9",
  surface: "#ffffff",
  accent: "#12756b",
  negative: "#b04512",
  neutral: "#eceeee",
  series: ["#2f6db5", "#a86a00", "#7a4fb0", "#12756b", "#b8427f", "#7a4a2b", "#0b7f99", "#5b6470"],
};

const DARK: Ink = {
  text: "#d7dadc",
  dimmed: "#a0a7ac",
  line: "#2b2f32",
  surface: "#17191b",
  accent: "#33a597",
  negative: "#ea7033",
  neutral: "#2b2f32",
  series: ["#6ea8ee", "#e0a840", "#b48ef0", "#33a597", "#ee82b5", "#c99a78", "#4cc2dc", "#a3adb8"],
};

export function useInk(): Ink {
  return useComputedColorScheme("light", { getInitialValueInEffect: false }) === "dark" ? DARK : LIGHT;
}

// The channels of the field come first and have a place of their own; other names find theirs by what they are called.
const KNOWN = ["web", "phone", "social", "mobile", "chat", "store", "email", "device", "sms", "review"];

function placeOf(name: string): number {
  const known = KNOWN.indexOf(name);
  if (known >= 0) return known;
  let hash = 2_166_136_261;
  for (const char of name) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return hash;
}

/** A colour for each name; where two would share one in the same chart, the later takes the next that is free. */
export function coloursOf(names: string[], ink: Ink): Map<string, string> {
  const taken = new Set<number>();
  const found = new Map<string, string>();
  for (const name of names) {
    let place = placeOf(name) % ink.series.length;
    for (let i = 0; taken.has(place) && i < ink.series.length; i++) place = (place + 1) % ink.series.length;
    taken.add(place);
    found.set(name, ink.series[place] ?? ink.accent);
  }
  return found;
}
