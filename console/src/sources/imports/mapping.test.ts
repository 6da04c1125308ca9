// The map that comes of a person's choices.

import { expect, test } from "vitest";
import { choose, errors, type Seen, snake, suggested, toMap } from "./mapping";

const column = (name: string, becomes: string, called?: string, more = {}) => ({
  name,
  usable: true,
  filled: 2,
  samples: ["a"],
  holds: "text",
  becomes,
  called,
  because: "name",
  ...more,
});

const SEEN = {
  name: "answers.csv",
  format: "csv",
  delimiter: ";",
  rows: 2,
  more_columns: 0,
  columns: [
    column("id", "property", "id"),
    column("When", "time", undefined, { holds: "time", time_formats: ["%d.%m.%Y"] }),
    column("Created", "property", "created", { holds: "time", time_formats: [] }),
    column("E-Mail", "identity", "email"),
    column("Score", "score", undefined, { holds: "number" }),
    column("Items", "property", "items", { holds: "number" }),
  ],
  map: {
    file: [
      {
        file: "answers.csv",
        delimiter: ";",
        time_formats: ["%d.%m.%Y"],
        signal: [
          { kind: "survey_answered", time: "When", scale: "nps", score: "Score", message_id: "survey_answered:{id}" },
        ],
      },
    ],
  },
} as unknown as Seen;

test("what is suggested is a map", () => {
  const mapping = suggested("u", SEEN);
  expect(errors(mapping)).toEqual([]);
  const map = toMap([mapping], "Europe/Berlin");
  expect(map.zone).toBe("Europe/Berlin");
  expect(map.file[0]).toMatchObject({
    file: "answers.csv",
    delimiter: ";",
    time_formats: ["%d.%m.%Y"],
    number: ["Items"],
    identities: { email: "E-Mail" },
    signal: [
      {
        kind: "survey_answered",
        time: "When",
        message_id: "survey_answered:{id}",
        scale: "nps",
        score: "Score",
        properties: { id: "id", created: "Created", items: "Items" },
      },
    ],
  });
});

test("a role that one column has moves, with the way its times are written", () => {
  const mapping = choose(suggested("u", SEEN), "Created", { becomes: "time", called: "" });
  expect(mapping.columns.When).toEqual({ becomes: "property", called: "when" });
  expect(mapping.timeFormat).toBe("");
  expect(toMap([mapping], "UTC").file[0]?.signal?.[0]?.time).toBe("Created");
});

test("what is missing is said before the server is asked", () => {
  let mapping = suggested("u", SEEN);
  mapping = choose(mapping, "E-Mail", { becomes: "nothing", called: "" });
  mapping = choose(mapping, "When", { becomes: "nothing", called: "" });
  expect(errors({ ...mapping, kind: "", scale: "" })).toEqual(["nobody", "time", "kind", "scale"]);
  expect(errors({ ...mapping, kind: "Not Snake", anonymous: true, day: "2026-01-01" })).toEqual(["kind_form"]);
  const twice = choose(suggested("u", SEEN), "Items", { becomes: "property", called: "id" });
  expect(errors(twice)).toEqual(["twice"]);
});

test("names become snake_case in any script", () => {
  expect(["First Name", "firstName", "Straße (Nr.)", "注文 番号"].map(snake)).toEqual([
    "first_name",
    "first_name",
    "straße_nr",
    "注文_番号",
  ]);
});
