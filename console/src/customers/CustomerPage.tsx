// One customer: who they are, what they did and said, and why they are one person.

import { Button, Card, Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../api/client";
import { Failure } from "../components/Failure";
import { Moment } from "../components/Moment";
import { Page } from "../components/Page";
import { useMe } from "../team/me";
import classes from "./CustomerPage.module.css";
import { ConsentCard } from "./consent/ConsentCard";
import { Identities } from "./Identities";
import { Merges } from "./Merges";
import { Scores } from "./Scores";
import { Timeline } from "./Timeline";
import { Traits } from "./Traits";
import { nameOf } from "./words";

const route = getRouteApi("/shell/customers/$customer");

export function CustomerPage() {
  const { t } = useTranslation();
  const { customer: asked } = route.useParams();
  const navigate = useNavigate();
  const { may } = useMe();
  const found = useQuery({
    queryKey: ["customer", asked],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/customers/{customer}", { params: { path: { customer: asked } }, signal })),
  });
  const customer = found.data;
  const number = t("customers.profile.number", { id: customer?.id ?? asked });
  const name = customer && nameOf(customer);

  return (
    <Page
      title={name ?? number}
      about={
        customer && (
          <>
            {name && `${number} · `}
            {t("customers.profile.first_seen").toLowerCase()} <Moment at={customer.first_seen} />
            {customer.last_seen && (
              <>
                {" · "}
                {t("customers.profile.last_seen").toLowerCase()} <Moment at={customer.last_seen} />
              </>
            )}
            {customer.id !== asked && ` · ${t("customers.profile.moved", { asked })}`}
          </>
        )
      }
      actions={
        <Button variant="default" leftSection={<ArrowLeft size={16} />} onClick={() => navigate({ to: "/customers" })}>
          {t("pages.customers.title")}
        </Button>
      }
    >
      {found.isError && <Failure error={found.error} retry={() => found.refetch()} />}
      {found.isPending && (
        <Card aria-busy>
          <Stack>
            <Skeleton height={16} width={200} />
            <Skeleton height={200} />
          </Stack>
        </Card>
      )}
      {customer && (
        <div className={classes.columns}>
          <div className={classes.side}>
            <Identities identities={customer.identities} />
            <Traits traits={customer.traits} />
            {may("signals:read") && <Scores customer={customer.id} />}
            <ConsentCard customer={customer.id} />
            <Merges customer={customer} />
          </div>
          <div className={classes.main}>{may("signals:read") && <Timeline customer={customer.id} />}</div>
        </div>
      )}
    </Page>
  );
}
