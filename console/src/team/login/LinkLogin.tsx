// Logging in by the link that the operator had made: nothing to type, unless there is a second factor.

import { Loader } from "@mantine/core";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Problem } from "../../api/problem";
import { Failure } from "../../components/Failure";

interface Props {
  token: string;
  onDone: (next: "done" | "second_factor") => unknown;
  /** The other ways in, for whom the link does not work any more. */
  children: ReactNode;
}

export function LinkLogin({ token, onDone, children }: Props) {
  const { t } = useTranslation();
  const [failure, setFailure] = useState<unknown>();
  const sent = useRef(false);

  async function send() {
    setFailure(undefined);
    try {
      onDone((await answer(api.POST("/api/v1/team/login-links/acceptance", { body: { token } }))).next);
    } catch (error) {
      setFailure(error);
    }
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: the link works once, whatever is drawn again
  useEffect(() => {
    if (sent.current) return;
    sent.current = true;
    // Out of the address and its history: it is worth nothing to whoever reads them.
    history.replaceState(history.state, "", location.pathname + location.search);
    send();
  }, []);

  if (!failure) return <Loader size="sm" aria-label={t("login.by_link")} />;
  const passes = !(failure instanceof Problem) || failure.passes;
  return (
    <>
      <Failure error={failure} retry={passes ? send : undefined} />
      {children}
    </>
  );
}
