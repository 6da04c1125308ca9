// How numbers are written: by their unit, short where they stand, exact where somebody points at them.

import type { Unit } from "./figures";

interface Options {
  language: string;
  currency?: string;
}

/** Narrow enough for a card: `+34`, `62.5%`, `12.4k`, `€1.2M`. */
export function short(value: number, unit: Unit, { language, currency }: Options): string {
  const large = Math.abs(value) >= 10_000;
  switch (unit) {
    case "count":
      return write(
        value,
        language,
        large ? { notation: "compact", maximumFractionDigits: 1 } : { maximumFractionDigits: 0 },
      );
    case "money":
      return write(value, language, {
        ...money(currency),
        ...(large
          ? { notation: "compact", maximumFractionDigits: 1 }
          : { maximumFractionDigits: Math.abs(value) < 1_000 ? 2 : 0, minimumFractionDigits: 0 }),
      });
    case "number":
      return write(value, language, large ? { notation: "compact" } : { maximumSignificantDigits: 4 });
    default:
      return exact(value, unit, { language, currency });
  }
}

/** With every digit that means something. */
export function exact(value: number, unit: Unit, { language, currency }: Options): string {
  switch (unit) {
    case "points":
      return write(value, language, { maximumFractionDigits: 0, signDisplay: "exceptZero" });
    case "percent":
      return write(value / 100, language, { style: "percent", maximumFractionDigits: 1 });
    case "score":
      return write(value, language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    case "count":
      return write(value, language, { maximumFractionDigits: 0 });
    case "money":
      return write(value, language, money(currency));
    default:
      return write(value, language, { maximumSignificantDigits: 6 });
  }
}

/** By how much something went up or down: `+4.2 points`, and for amounts in percent of what it was. */
export function difference(delta: number, unit: Unit, { language }: Options): string {
  const digits = unit === "points" ? 0 : unit === "percent" ? 1 : 2;
  const written = write(delta, language, { maximumFractionDigits: digits, signDisplay: "exceptZero" });
  // What lies between two percentages is no percentage of either.
  return unit === "percent" ? `${written} pp` : written;
}

export function ratio(change: number, language: string): string {
  return write(change, language, { style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" });
}

export function whole(count: number, language: string): string {
  return write(count, language, { maximumFractionDigits: 0 });
}

const money = (currency: string | undefined): Intl.NumberFormatOptions =>
  currency && /^[A-Z]{3}$/.test(currency) ? { style: "currency", currency } : { minimumFractionDigits: 2 };

function write(value: number, language: string, options: Intl.NumberFormatOptions): string {
  // A true minus, and never a zero with a sign.
  return new Intl.NumberFormat(language, options).format(value === 0 ? 0 : value).replace("-", "−");
}
