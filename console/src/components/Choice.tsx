// One of a few options that need a sentence each.

import { Radio, Stack, Text } from "@mantine/core";
import classes from "./Choice.module.css";

interface Props {
  label: string;
  options: { value: string; label: string; text: string }[];
  value?: string;
  defaultValue?: string;
  onChange?: (value: string) => void;
  error?: React.ReactNode;
}

export function Choice({ label, options, ...group }: Props) {
  return (
    <Radio.Group label={label} {...group}>
      <Stack gap="xs" mt={4}>
        {options.map((option) => (
          <Radio.Card key={option.value} value={option.value} className={classes.card} radius="md">
            <Radio.Indicator />
            <div>
              <Text size="sm" fw={500}>
                {option.label}
              </Text>
              <Text size="xs" c="dimmed">
                {option.text}
              </Text>
            </div>
          </Radio.Card>
        ))}
      </Stack>
    </Radio.Group>
  );
}
