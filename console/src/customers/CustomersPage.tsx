// Finding one customer by what is known of them; below, who was heard from lately.

import { Button, Card, Group, NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { UserRoundSearch } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../api/client";
import { Empty } from "../components/Empty";
import { Failure } from "../components/Failure";
import { Page } from "../components/Page";
import { useMe } from "../team/me";
import { Recent } from "./Recent";
import type { FindSearch } from "./search";
import { KINDS } from "./words";

const route = getRouteApi("/shell/customers");

const NUMBER = "number";
const OTHER = "other";

export function CustomersPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const open = useNavigate();
  const { may } = useMe();
  const asked = search.kind !== undefined && search.value !== undefined;
  const found = useQuery({
    queryKey: ["customers", search],
    queryFn: ({ signal }) => find(search, signal),
    enabled: asked,
  });
  const customer = asked ? found.data : undefined;

  useEffect(() => {
    if (customer) void open({ to: "/customers/$customer", params: { customer }, replace: true });
  }, [customer, open]);

  return (
    <Page title={t("pages.customers.title")} about={t("pages.customers.about")}>
      <Card component="search">
        <Find
          key={`${search.kind}:${search.value}`}
          search={search}
          busy={found.isFetching}
          find={(search) => navigate({ search })}
        />
      </Card>
      {found.isError && <Failure error={found.error} retry={() => found.refetch()} />}
      {asked && found.isSuccess && !customer && (
        <Card>
          <Empty icon={UserRoundSearch} title={t("customers.find.none")} text={t("customers.find.none_text")} />
        </Card>
      )}
      {may("signals:read") && <Recent />}
    </Page>
  );
}

/** The number of the customer, if there is one. */
async function find({ kind = "", value = "" }: FindSearch, signal: AbortSignal): Promise<string | null> {
  if (kind === NUMBER) return value;
  const page = await answer(api.GET("/api/v1/customers", { params: { query: { kind, value } }, signal }));
  return page.items[0]?.id ?? null;
}

function Find({ search, busy, find }: { search: FindSearch; busy: boolean; find: (search: FindSearch) => void }) {
  const { t } = useTranslation();
  const known = search.kind === undefined || search.kind === NUMBER || KINDS.some((kind) => kind === search.kind);
  const [kind, setKind] = useState(known ? (search.kind ?? "email") : OTHER);
  const [other, setOther] = useState(known ? "" : (search.kind ?? ""));
  const [value, setValue] = useState(search.value ?? "");
  const [tried, setTried] = useState(false);

  function send(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    const name = kind === OTHER ? other.trim() : kind;
    // Sources send e-mail addresses in lower case.
    const sought = kind === "email" ? value.trim().toLowerCase() : value.trim();
    if (name && sought) find({ kind: name, value: sought });
  }

  return (
    <form onSubmit={send} noValidate>
      <Group align="flex-start" gap="sm">
        <NativeSelect
          label={t("customers.find.kind")}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value)}
          data={[...KINDS, NUMBER, OTHER].map((value) => ({
            value,
            label: t(`customers.find.kinds.${value as "email"}`),
          }))}
        />
        {kind === OTHER && (
          <TextInput
            label={t("customers.find.other")}
            value={other}
            maxLength={255}
            onChange={(event) => setOther(event.currentTarget.value)}
          />
        )}
        <TextInput
          flex="1 1 16rem"
          label={t("customers.find.value")}
          value={value}
          maxLength={255}
          type={kind === "email" ? "email" : "text"}
          inputMode={kind === NUMBER ? "numeric" : undefined}
          autoComplete="off"
          spellCheck={false}
          error={tried && value.trim() === "" && t("customers.find.value_missing")}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy} mt={26}>
          {t("customers.find.action")}
        </Button>
      </Group>
    </form>
  );
}
