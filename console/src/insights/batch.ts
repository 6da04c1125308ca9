// Questions that a page asks at the same moment go out in one request; each has its own answer, or its own problem.

import { answer, api } from "../api/client";
import { Problem } from "../api/problem";
import type { Figures, Question } from "./figures";

interface Waiting {
  question: Question;
  answered: (figures: Figures) => void;
  failed: (error: unknown) => void;
}

/** As many as the server takes at once. */
const MOST = 64;

let waiting: Waiting[] = [];

/** The figures that answer a question. */
export function asked(question: Question): Promise<Figures> {
  return new Promise((answered, failed) => {
    // Everything that is drawn in one go asks before this comes to its turn.
    if (waiting.length === 0) setTimeout(send);
    waiting.push({ question, answered, failed });
  });
}

function send() {
  const all = waiting;
  waiting = [];
  for (let first = 0; first < all.length; first += MOST) ask(all.slice(first, first + MOST));
}

async function ask(batch: Waiting[]) {
  try {
    const body = { queries: batch.map(({ question }) => question) };
    const { answers } = await answer(api.POST("/api/v1/insights/query-batches", { body }));
    batch.forEach(({ answered, failed }, i) => {
      const one = answers[i];
      if (one && "figures" in one) answered(one.figures);
      else failed(one ? new Problem(one.problem.status, one.problem.detail, one.problem) : Problem.unreachable());
    });
  } catch (error) {
    for (const { failed } of batch) failed(error);
  }
}
