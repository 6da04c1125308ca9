// The one way to the server: typed by its own description, in the chosen workspace, patient when a session ends.

import createClient from "openapi-fetch";
import { Problem } from "./problem";
import type { paths } from "./schema";
import { expiry, workspace } from "./session";

/** Where people log in: a 401 from here says that they are not who they claim, not that their session ended. */
const DOORS = /\/api\/v1\/team\/(sessions|session\/second-factor|setup|password-resets|invitations\/acceptance)/;

/** Sends a request; one whose session has ended waits for the person to log in again. */
export async function ask(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await fetch(request);
  const door = request.method === "POST" && DOORS.test(request.url);
  if (response.status !== 401 || door || !expiry.watching) return response;
  // An answer that nobody reads keeps its connection.
  await response.body?.cancel();
  await expiry.renewed();
  return fetch(again);
}

export const api = createClient<paths>({ baseUrl: location.origin, fetch: ask, credentials: "same-origin" });

api.use({
  onRequest({ request }) {
    const chosen = workspace.get();
    if (chosen) request.headers.set("Harken-Workspace", chosen);
    // Every body is JSON, also none at all: that is what a foreign page's form cannot send.
    if (request.method !== "GET" && !request.headers.has("Content-Type")) {
      request.headers.set("Content-Type", "application/json");
    }
  },
});

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The answer's body, or a `Problem` thrown. */
export async function answer<T>(call: Promise<Answer<T>>): Promise<T> {
  let answered: Answer<T>;
  try {
    answered = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw Problem.unreachable();
  }
  if (!answered.response.ok) throw Problem.of(answered.response, answered.error);
  return answered.data as T;
}
