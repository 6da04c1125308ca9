// What the content security policy asks of us: a nonce on styles made while running, and no markup from strings.

import { setNonce } from "get-nonce";

/** The nonce that the server put into this answer; `undefined` in development. */
export function styleNonce(): string | undefined {
  const value = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content;
  return value && !value.startsWith("__") ? value : undefined;
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML: (text: string) => string }): unknown;
}

/**
 * Style elements are filled through `innerHTML`, which Trusted Types guard. Text without a `<` cannot become an
 * element, so that much is let through, and everything else is refused by the browser.
 */
export function guard(): void {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  types?.createPolicy("default", {
    createHTML(text) {
      if (text.includes("<")) throw new TypeError("markup from a string is refused");
      return text;
    },
  });
  const nonce = styleNonce();
  if (nonce) setNonce(nonce);
}
