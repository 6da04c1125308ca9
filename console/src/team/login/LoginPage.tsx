// The way in.

import { Anchor } from "@mantine/core";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { queryClient } from "../../api/queries";
import { Door } from "./Door";
import { LoginSteps } from "./LoginSteps";
import { SingleSignOn } from "./SingleSignOn";

const route = getRouteApi("/login");

export function LoginPage() {
  const { t } = useTranslation();
  const router = useRouter();
  const { next } = route.useSearch();

  // Within the console alone: an address of another site would be an open door for whoever made the link.
  const path = next?.startsWith("/") && !/^\/[/\\]/.test(next) ? next : "/";

  async function goOn() {
    queryClient.clear();
    await router.navigate({ href: path });
  }

  return (
    <Door title={t("login.title")} text={t("login.text")}>
      <LoginSteps onDone={goOn} />
      <SingleSignOn next={path} />
      <Anchor component={Link} to="/password" size="sm">
        {t("login.forgotten")}
      </Anchor>
    </Door>
  );
}
