// Errors as the server sends them (RFC 9457), and the one error that comes from no server: it was not reached.

import type { components } from "./schema";

export type ProblemDetails = components["schemas"]["ProblemDetails"];

export class Problem extends Error {
  constructor(
    /** The status of the answer; 0 where there was none. */
    readonly status: number,
    message: string,
    readonly details?: ProblemDetails,
    /** Seconds to wait before another try, where the server says so. */
    readonly retryAfter?: number,
  ) {
    super(message);
    this.name = "Problem";
  }

  static unreachable(): Problem {
    return new Problem(0, "unreachable");
  }

  static of(response: Response, body: unknown): Problem {
    const details = isDetails(body) ? body : undefined;
    const seconds = Number(response.headers.get("retry-after"));
    return new Problem(
      response.status,
      details?.detail ?? response.statusText,
      details,
      Number.isFinite(seconds) && seconds > 0 ? seconds : undefined,
    );
  }

  /** The first message for each field. */
  get fields(): Record<string, string> {
    const found: Record<string, string> = {};
    for (const { field, message } of this.details?.errors ?? []) found[field] ??= message;
    return found;
  }

  /** The same request may succeed later, unchanged. */
  get passes(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

function isDetails(body: unknown): body is ProblemDetails {
  return typeof body === "object" && body !== null && typeof (body as ProblemDetails).detail === "string";
}
