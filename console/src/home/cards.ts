// What stands on the score card, in this order.

export interface Card {
  metric:
    | "nps"
    | "csat"
    | "ces"
    | "ease"
    | "responses"
    | "sentiment"
    | "stars"
    | "late_deliveries"
    | "orders"
    | "revenue";
  /** Always there, even before the first answer; the others appear with their first signal. */
  always?: boolean;
}

export const CARDS: Card[] = [
  { metric: "nps", always: true },
  { metric: "csat", always: true },
  { metric: "ces", always: true },
  { metric: "responses", always: true },
  { metric: "orders" },
  { metric: "revenue" },
  { metric: "late_deliveries" },
  { metric: "stars" },
  { metric: "sentiment" },
  { metric: "ease" },
];
