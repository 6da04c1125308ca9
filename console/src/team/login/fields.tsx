// Fields that several doors share, and the token that a mailed link carries.

import { PasswordInput, type PasswordInputProps } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";

/** A password; `fresh` where it is being chosen, so that managers offer a new one. */
export function Password({ fresh, ...props }: PasswordInputProps & { fresh?: boolean }) {
  const { t } = useTranslation();
  const id = useId();
  // Mantine ties neither the description nor the error of a password to its field.
  const told = [fresh && `${id}-description`, props.error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <PasswordInput
      id={id}
      label={t("fields.password")}
      description={fresh ? t("fields.password_rule") : undefined}
      autoComplete={fresh ? "new-password" : "current-password"}
      maxLength={128}
      aria-invalid={props.error ? true : undefined}
      aria-describedby={told || undefined}
      visibilityToggleButtonProps={{ "aria-label": t("fields.show_password"), tabIndex: 0 }}
      {...props}
    />
  );
}

/** What people are told before anything is sent. */
export function usePasswordRule() {
  const { t } = useTranslation();
  return (password: string) => ([...password].length < 8 ? t("fields.password_rule") : null);
}

/** What stands after the `#` of a link: a fragment never reaches a server, so no log and no proxy has it. */
export function tokenOfLink(): string {
  return decodeURIComponent(location.hash.slice(1));
}
