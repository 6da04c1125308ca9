// The outline of a page that is still being loaded.

import { Skeleton, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function Pending() {
  const { t } = useTranslation();
  return (
    <Stack gap="lg" maw={1120} mx="auto" role="status" aria-label={t("loading")} w="100%">
      <Stack gap="xs">
        <Skeleton height={20} width={180} />
        <Skeleton height={12} width={320} maw="100%" />
      </Stack>
      <Skeleton height={220} radius="lg" />
    </Stack>
  );
}
