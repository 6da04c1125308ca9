// Forms: the server's word on each field stands beside that field, and nothing typed is ever lost.

import { Button, Group } from "@mantine/core";
import type { FormErrors, UseFormReturnType } from "@mantine/form";
import { type ReactNode, useState } from "react";
import { Problem } from "../api/problem";
import { Failure } from "./Failure";
import { sentence } from "./words";

interface Sending {
  busy: boolean;
  failure: unknown;
  submit: (event?: React.FormEvent<HTMLFormElement>) => void;
}

/**
 * Sends a form's values. Of what the server refuses, messages about a field of the form go to that field and focus
 * goes to the first of them; `names` maps the server's names to the form's where they differ.
 */
export function useSend<Values extends Record<string, unknown>, Answer>(
  form: UseFormReturnType<Values>,
  send: (values: Values) => Promise<Answer>,
  done: (answer: Answer, values: Values) => unknown,
  names: Record<string, string> = {},
): Sending {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();

  const submit = form.onSubmit(async (values) => {
    if (busy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      await done(await send(values), values);
    } catch (error) {
      setFailure(place(error));
    } finally {
      setBusy(false);
    }
  });

  function place(error: unknown): unknown {
    if (!(error instanceof Problem)) return error;
    const errors: FormErrors = {};
    const known = form.getValues();
    for (const [field, message] of Object.entries(error.fields)) {
      const name = names[field] ?? field;
      if (name in known) errors[name] = sentence(message);
    }
    const placed = Object.keys(errors);
    if (placed.length === 0) return error;
    form.setErrors(errors);
    // The field is enabled again only after this turn.
    setTimeout(() => form.getInputNode(placed[0] as never)?.focus());
    return placed.length === Object.keys(error.fields).length ? undefined : error;
  }

  return { busy, failure, submit };
}

interface FormProps {
  sending: Sending;
  /** What the button does, in words. */
  action: string;
  cancel?: { label: string; onClick: () => void };
  disabled?: boolean;
  wide?: boolean;
  color?: string;
  children: ReactNode;
}

export function Form({ sending, action, cancel, disabled, wide, color, children }: FormProps) {
  return (
    <form
      noValidate
      onSubmit={sending.submit}
      style={{ display: "flex", flexDirection: "column", gap: "var(--mantine-spacing-md)" }}
    >
      {children}
      {Boolean(sending.failure) && <Failure error={sending.failure} kept />}
      <Group justify={cancel ? "flex-end" : "flex-start"} gap="xs">
        {cancel && (
          <Button variant="default" onClick={cancel.onClick}>
            {cancel.label}
          </Button>
        )}
        <Button type="submit" loading={sending.busy} disabled={disabled} fullWidth={wide} color={color}>
          {action}
        </Button>
      </Group>
    </form>
  );
}
