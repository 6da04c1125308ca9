// The way in.

import { Anchor } from "@mantine/core";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queryClient } from "../../api/queries";
import { Door } from "./Door";
import { tokenOfLink } from "./fields";
import { LinkLogin } from "./LinkLogin";
import { LoginSteps, SecondFactor } from "./LoginSteps";
import { SingleSignOn } from "./SingleSignOn";

const route = getRouteApi("/login");

export function LoginPage() {
  const { t } = useTranslation();
  const router = useRouter();
  const { next } = route.useSearch();
  const [token] = useState(tokenOfLink);
  const [second, setSecond] = useState(false);

  // Within the console alone: an address of another site would be an open door for whoever made the link.
  const path = next?.startsWith("/") && !/^\/[/\\]/.test(next) ? next : "/";

  async function goOn() {
    queryClient.clear();
    await router.navigate({ href: path });
  }

  if (second) {
    return (
      <Door title={t("login.title")} text={t("login.text")}>
        <SecondFactor onDone={goOn} onBack={() => setSecond(false)} />
      </Door>
    );
  }
  const ways = (
    <>
      <LoginSteps onDone={goOn} />
      <SingleSignOn next={path} />
      <Anchor component={Link} to="/password" size="sm">
        {t("login.forgotten")}
      </Anchor>
    </>
  );
  return (
    <Door title={t("login.title")} text={t("login.text")}>
      {token ? (
        <LinkLogin token={token} onDone={(next) => (next === "second_factor" ? setSecond(true) : goOn())}>
          {ways}
        </LinkLogin>
      ) : (
        ways
      )}
    </Door>
  );
}
