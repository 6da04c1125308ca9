// @vitest-environment jsdom

import { expect, test, vi } from "vitest";
import { Problem } from "../api/problem";
import { asked } from "./batch";

const figures = (metric: string) => ({ metric, unit: "count", rows: [] });

test("questions of one moment go out together, and each has its own answer or problem", async () => {
  const sent: string[][] = [];
  vi.stubGlobal(
    "fetch",
    vi.fn(async (request: Request) => {
      const { queries } = (await request.json()) as { queries: { metric: string }[] };
      sent.push(queries.map(({ metric }) => metric));
      const answers = queries.map(({ metric }) =>
        metric === "wrong" ? { problem: { status: 400, detail: "no such metric" } } : { figures: figures(metric) },
      );
      return Response.json({ answers });
    }),
  );
  const [one, wrong, two] = await Promise.allSettled(["nps", "wrong", "csat"].map((metric) => asked({ metric })));
  expect(sent).toEqual([["nps", "wrong", "csat"]]);
  expect(one).toMatchObject({ value: { metric: "nps" } });
  expect(two).toMatchObject({ value: { metric: "csat" } });
  expect(wrong).toMatchObject({ reason: { status: 400, message: "no such metric" } });
  await Promise.all(Array.from({ length: 65 }, (_, i) => asked({ metric: `m${i}` })));
  expect(sent.slice(1).map((batch) => batch.length)).toEqual([64, 1]);

  vi.stubGlobal("fetch", vi.fn().mockRejectedValue(new TypeError("offline")));
  await expect(asked({ metric: "nps" })).rejects.toMatchObject(Problem.unreachable());
});
