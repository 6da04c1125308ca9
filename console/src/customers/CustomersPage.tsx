// Every customer, those that were heard from last first; found by the beginning of a name or an identity.

import { Group, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { getRouteApi } from "@tanstack/react-router";
import { Contact, Search, UserRoundSearch } from "lucide-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../api/client";
import { usePages } from "../api/queries";
import { type Column, DataTable } from "../components/DataTable";
import { Empty } from "../components/Empty";
import { Moment } from "../components/Moment";
import { Page } from "../components/Page";
import { TextLink } from "../components/TextLink";
import { words } from "../components/words";
import type { ListSearch } from "./search";
import { type Customer, nameOf } from "./words";

const route = getRouteApi("/shell/customers");

const TYPING = 250;
/** More would not be read in a list. */
const MOST_TRAITS = 3;
/** They stand in the first column already. */
const NAMES = ["name", "first_name", "last_name", "email"];

export function CustomersPage() {
  const { t } = useTranslation();
  const { search, sort } = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: ListSearch) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  const typed = useDebouncedCallback((text: string) => set({ search: text.trim() || undefined }), TYPING);
  const customers = usePages<Customer>(["customers", search, sort], (cursor, signal) =>
    answer(api.GET("/api/v1/customers", { params: { query: { search, sort, cursor } }, signal })),
  );
  const number = search && /^\d{1,18}$/.test(search) ? search : undefined;

  const columns: Column<Customer>[] = [
    { header: t("customers.list.customer"), cell: (customer) => <Named customer={customer} /> },
    { header: t("customers.profile.traits"), cell: ({ traits }) => <Known traits={traits} /> },
    {
      header: t("customers.profile.first_seen"),
      sort: "first_seen",
      tight: true,
      cell: ({ first_seen }) => <Moment at={first_seen} />,
    },
    {
      header: t("customers.profile.last_seen"),
      sort: "last_seen",
      tight: true,
      cell: ({ last_seen }) => <Moment at={last_seen} />,
    },
  ];

  return (
    <Page title={t("pages.customers.title")} about={t("pages.customers.about")}>
      <Group component="search" gap="md" align="center">
        <TextInput
          type="search"
          flex="0 1 26rem"
          aria-label={t("customers.list.search")}
          placeholder={t("customers.list.search")}
          leftSection={<Search size={15} />}
          defaultValue={search}
          maxLength={255}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => typed(event.currentTarget.value)}
        />
        {number && (
          <TextLink to="/customers/$customer" params={{ customer: number }} fz="sm">
            {t("customers.list.by_number", { id: number })}
          </TextLink>
        )}
      </Group>
      <DataTable
        label={t("pages.customers.title")}
        columns={columns}
        pages={customers}
        id={({ id }) => id}
        sort={{ by: sort ?? "last_seen", descending: true }}
        onSort={({ by }) => set({ sort: by === "first_seen" ? by : undefined })}
        empty={
          search ? (
            <Empty
              level={2}
              icon={UserRoundSearch}
              title={t("customers.list.none")}
              text={t("customers.list.none_text")}
            />
          ) : (
            <Empty level={2} icon={Contact} title={t("customers.list.nobody")} text={t("customers.list.nobody_text")} />
          )
        }
      />
    </Page>
  );
}

function Named({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const name = nameOf(customer);
  const known = customer.identities.map(({ value }) => value).filter((value) => value !== name);
  return (
    <Stack gap={0} miw={0}>
      <TextLink to="/customers/$customer" params={{ customer: customer.id }} fw={500} lineClamp={2}>
        <bdi>{name ?? t("customers.profile.unnamed", { id: customer.id })}</bdi>
      </TextLink>
      {known.length > 0 && (
        <Text size="xs" c="dimmed" lineClamp={2}>
          {known.slice(0, 2).map((value, i) => (
            <span key={value}>
              {i > 0 && " · "}
              <bdi>{value}</bdi>
            </span>
          ))}
        </Text>
      )}
    </Stack>
  );
}

function Known({ traits }: { traits: Customer["traits"] }) {
  const plain = Object.entries(traits).filter(
    ([name, value]) => !NAMES.includes(name) && value !== null && typeof value !== "object",
  );
  if (plain.length === 0) return <Text c="dimmed">–</Text>;
  return (
    <Text size="sm" lineClamp={2}>
      {plain.slice(0, MOST_TRAITS).map(([name, value], i) => (
        <span key={name}>
          {i > 0 && " · "}
          <Text span c="dimmed">
            {words(name)}
          </Text>{" "}
          <bdi>{String(value)}</bdi>
        </span>
      ))}
    </Text>
  );
}
