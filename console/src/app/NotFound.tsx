// There is no such page.

import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Empty } from "../components/Empty";
import { useTitle } from "../components/Page";

export function NotFound() {
  const { t } = useTranslation();
  useTitle(t("not_found.title"));
  return (
    <Empty
      icon={Compass}
      level={1}
      title={t("not_found.title")}
      text={t("not_found.text")}
      action={
        <Button component={Link} to="/">
          {t("not_found.home")}
        </Button>
      }
    />
  );
}
