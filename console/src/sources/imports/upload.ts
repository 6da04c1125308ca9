// Sending a file in pieces: what is on its way is seen, and a piece that was lost is sent again.

import { answer, api } from "../../api/client";
import { Problem } from "../../api/problem";
import type { components } from "../../api/schema";

type Upload = components["schemas"]["Upload"];

const LARGEST = 4 << 20;
/** What a slow line brings within the minute that an answer may take. */
const SMALLEST = 256 << 10;
const TRIES = 5;

/** Sends a file whole; `progress` is told how many of its bytes are there. */
export async function sendFile(file: File, signal: AbortSignal, progress: (sent: number) => void): Promise<Upload> {
  let upload = await answer(
    api.POST("/api/v1/sources/uploads", { body: { name: file.name, bytes: file.size }, signal }),
  );
  let failures = 0;
  let length = LARGEST;
  while (upload.received < upload.bytes) {
    try {
      upload = await sendPiece(upload, file.slice(upload.received, upload.received + length), signal);
      failures = 0;
      progress(upload.received);
    } catch (error) {
      if (!(error instanceof Problem) || !(error.passes || error.status === 409) || ++failures >= TRIES) throw error;
      // It may have been more than the line brings in time.
      length = Math.max(SMALLEST, length / 4);
      await new Promise((later) => setTimeout(later, 500 * 2 ** failures));
      signal.throwIfAborted();
      // The piece may have arrived although its answer did not.
      upload = await answer(
        api.GET("/api/v1/sources/uploads/{upload}", { params: { path: { upload: upload.id } }, signal }),
      );
    }
  }
  return upload;
}

function sendPiece(upload: Upload, piece: Blob, signal: AbortSignal): Promise<Upload> {
  return answer(
    api.PATCH("/api/v1/sources/uploads/{upload}", {
      params: { path: { upload: upload.id }, query: { at: upload.received } },
      body: piece as never,
      bodySerializer: (piece: unknown) => piece as Blob,
      headers: { "Content-Type": "application/octet-stream" },
      signal,
    }),
  ) as Promise<Upload>;
}
