// Scripts that are loaded when they are first needed: one that could not be loaded is said on the page, and asked for again.

import { lazyRouteComponent as routed } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { Problem } from "../api/problem";

/** Forgets each script that could not be loaded. */
const lost = new Set<() => void>();

/** Before a page that failed is drawn once more. */
export function askForScriptsAgain() {
  for (const forget of lost) forget();
  lost.clear();
}

/**
 * As the router's own, which opens the whole console anew where a script is gone, as after an upgrade. A server that
 * is not reached is no reason for that: what is on the page would be lost.
 */
export function lazyRouteComponent<Name extends string, Part extends ComponentType<never>>(
  load: () => Promise<Record<Name, Part>>,
  name: Name,
): Part & { preload: () => Promise<void> | undefined } {
  const fresh = () => routed(() => load().catch(explain), name) as ComponentType & { preload?: () => Promise<void> };
  let current = fresh();
  async function explain(error: unknown): Promise<never> {
    lost.add(() => {
      current = fresh();
    });
    const reached = await fetch("/favicon.svg", { method: "HEAD", cache: "no-store" }).catch(() => undefined);
    throw reached ? error : Problem.unreachable();
  }
  // biome-ignore lint/correctness/noComponentHookFactories: made once, when the module that names it is loaded
  function Later(props: object) {
    const Current = current;
    return <Current {...props} />;
  }
  Later.preload = () => current.preload?.();
  return Later as never;
}
