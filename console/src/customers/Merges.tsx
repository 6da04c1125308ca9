// Why several numbers are one person; whoever may change customers can undo a merge, or make one.

import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Merge as MergeSign } from "lucide-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../api/client";
import type { components } from "../api/schema";
import { ConfirmButton } from "../components/ConfirmButton";
import { Failure } from "../components/Failure";
import { Moment } from "../components/Moment";
import { Panel } from "../components/Panel";
import { Rows } from "../components/Rows";
import { toast } from "../components/toast";
import { useMe } from "../team/me";
import { MergeDialog } from "./MergeDialog";
import type { Customer } from "./words";

type Merge = components["schemas"]["Merge"];

export function Merges({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const { may } = useMe();
  const queries = useQueryClient();
  const [opened, { open, close }] = useDisclosure(false);
  const mayChange = may("customers:write");
  const merges = useQuery({
    queryKey: ["customer", customer.id, "merges"],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/customers/{customer}/merges", { params: { path: { customer: customer.id } }, signal })),
  });
  const items = merges.data?.items ?? [];

  async function undo(merge: Merge) {
    await answer(api.POST("/api/v1/customers/merges/{merge}/undoing", { params: { path: { merge: merge.id } } }));
    await refresh();
    toast(t("customers.merges.undone_done"));
  }

  /** Every number may now mean another customer, and every signal belong to another one. */
  const refresh = () =>
    Promise.all(
      ["customer", "customers", "signals", "figures"].map((key) => queries.invalidateQueries({ queryKey: [key] })),
    );

  return (
    <Panel
      title={t("customers.merges.title")}
      aside={
        mayChange && (
          <Button size="xs" variant="default" leftSection={<MergeSign size={14} />} onClick={open}>
            {t("customers.merges.merge")}
          </Button>
        )
      }
    >
      {merges.isError && <Failure error={merges.error} retry={() => merges.refetch()} />}
      {merges.isSuccess && items.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("customers.merges.none")}
        </Text>
      )}
      {(merges.isPending || items.length > 0) && (
        <Rows label={t("customers.merges.text")} busy={merges.isPending}>
          {items.map((merge) => (
            <Group key={merge.id} justify="space-between" wrap="nowrap" gap="xs">
              <Stack gap={0} miw={0}>
                <Text size="sm" fw={500}>
                  {t("customers.merges.pair", { customer: merge.customer, into: merge.into })}{" "}
                  {merge.undone_at && <Badge color="gray">{t("customers.merges.undone")}</Badge>}
                </Text>
                <Text size="xs" c="dimmed">
                  <Reason merge={merge} /> · <Moment at={merge.undone_at ?? merge.at} />
                </Text>
              </Stack>
              {mayChange && !merge.undone_at && (
                <ConfirmButton
                  label={t("customers.merges.undo")}
                  aria-label={t("customers.merges.undo_title", merge)}
                  title={t("customers.merges.undo_title", merge)}
                  text={t("customers.merges.undo_text")}
                  action={t("customers.merges.undo")}
                  run={() => undo(merge)}
                />
              )}
            </Group>
          ))}
        </Rows>
      )}
      {mayChange && <MergeDialog customer={customer} opened={opened} close={close} done={refresh} />}
    </Panel>
  );
}

function Reason({ merge }: { merge: Merge }) {
  const { t } = useTranslation();
  if (merge.reason === "one_signal" || merge.reason === "alias") {
    return <span title={JSON.stringify(merge.evidence)}>{t(`customers.merges.${merge.reason}`)}</span>;
  }
  return <bdi>“{merge.reason}”</bdi>;
}
