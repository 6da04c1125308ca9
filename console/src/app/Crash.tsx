// A page that failed: the rest of the console goes on.

import { Stack } from "@mantine/core";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { Failure } from "../components/Failure";

export function Crash({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  function again() {
    reset();
    return router.invalidate();
  }
  return (
    <Stack maw={560} mx="auto" my={48} px="md" component="main">
      <Failure error={error} retry={again} />
    </Stack>
  );
}
