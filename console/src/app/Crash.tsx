// A page that failed, or whose thing is not there: the rest of the console goes on.

import { Stack } from "@mantine/core";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { Problem } from "../api/problem";
import { Failure } from "../components/Failure";
import { askForScriptsAgain } from "../components/later";
import { NotFound } from "./NotFound";

export function Crash({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  function again() {
    askForScriptsAgain();
    reset();
    return router.invalidate();
  }
  if (error instanceof Problem && error.status === 404) return <NotFound />;
  return (
    <Stack maw={560} mx="auto" my={48} px="md">
      <Failure error={error} retry={again} />
    </Stack>
  );
}

/** Where not even the frame of the pages stands. */
export function Outside(props: ErrorComponentProps) {
  return (
    <main>
      <Crash {...props} />
    </main>
  );
}
