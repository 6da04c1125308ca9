// Logging in by another service, where the server knows any.

import { Button, Divider, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { words } from "../../components/words";

export function SingleSignOn({ next }: { next: string }) {
  const { t } = useTranslation();
  const providers = useQuery({
    queryKey: ["providers"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/team/providers", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  // Without an answer the password is still a way in.
  const items = providers.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Stack gap="sm">
      <Divider label={t("login.or")} />
      {items.map(({ name, login }) => (
        <Button key={name} component="a" href={`${login}?return_to=${encodeURIComponent(next)}`} variant="default">
          {t("login.with", { name: words(name) })}
        </Button>
      ))}
    </Stack>
  );
}
