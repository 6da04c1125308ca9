// The actions that the audit log knows, and their names.

import { useTranslation } from "react-i18next";
import { words } from "../../components/words";
import { en } from "../../i18n/en";

/** `member.role_changed` and all the others, by what they are about. */
export const ACTIONS: string[] = Object.entries(en.audit.actions).flatMap(([thing, verbs]) =>
  Object.keys(verbs).map((verb) => `${thing}.${verb}`),
);

/** An action in words; one that this console does not know yet says its own name. */
export function useActionName() {
  const { t } = useTranslation();
  return (action: string) => t(`audit.actions.${action as "key.created"}`, { defaultValue: words(action) });
}
