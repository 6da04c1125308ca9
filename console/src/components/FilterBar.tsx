// The filters of a page, the same everywhere; what they hold lives in the address, so that it can be shared.

import { Button, Group } from "@mantine/core";
import { FilterX } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

export function FilterBar({ active, clear, children }: { active: boolean; clear: () => void; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Group gap="sm" align="flex-end" component="search">
      {children}
      {active && (
        <Button variant="subtle" color="gray" leftSection={<FilterX size={15} />} onClick={clear}>
          {t("filter.clear")}
        </Button>
      )}
    </Group>
  );
}
