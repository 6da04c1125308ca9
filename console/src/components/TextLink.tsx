// A way to another page within a sentence or a table.

import { Anchor, type AnchorProps } from "@mantine/core";
import { createLink, type LinkComponent } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, Ref } from "react";

interface Props extends AnchorProps, Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof AnchorProps> {
  ref?: Ref<HTMLAnchorElement>;
}

const Plain = (props: Props) => <Anchor inherit {...props} />;
const Linked = createLink(Plain);

export const TextLink: LinkComponent<typeof Plain> = (props) => <Linked preload="intent" {...props} />;
