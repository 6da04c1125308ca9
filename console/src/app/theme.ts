// The one place where the look is decided: colours, sizes and the defaults of every component.

import {
  Alert,
  Anchor,
  Badge,
  Button,
  Card,
  type CSSVariablesResolver,
  createTheme,
  InputWrapper,
  type MantineColorsTuple,
  Menu,
  Modal,
  Paper,
  Table,
  Tooltip,
} from "@mantine/core";

/** The accent. Its shades 7 (light) and 8 (dark) carry white text with a contrast of at least 5:1. */
const teal: MantineColorsTuple = [
  "#eefaf7",
  "#d6f1ec",
  "#ace3d9",
  "#7dd2c5",
  "#52bdaf",
  "#33a597",
  "#1d8b7f",
  "#12756b",
  "#0e635b",
  "#0a4c46",
];

const gray: MantineColorsTuple = [
  "#f8f9f9",
  "#f1f3f3",
  "#e6e8e9",
  "#d9dcde",
  "#c3c8cb",
  "#9aa1a6",
  "#70787e",
  "#555c62",
  "#363b40",
  "#1d2124",
];

const dark: MantineColorsTuple = [
  "#d7dadc",
  "#b7bcc0",
  "#979ea4",
  "#6a7177",
  "#373b3f",
  "#2b2f32",
  "#212427",
  "#17191b",
  "#111315",
  "#0b0c0d",
];

/** Burnt orange: negative sentiment, detractors, what cannot be undone. */
const orange: MantineColorsTuple = [
  "#fff3ec",
  "#fde3d4",
  "#f9c5a8",
  "#f4a377",
  "#ef854e",
  "#ea7033",
  "#d75a1c",
  "#b04512",
  "#99390c",
  "#7a2c07",
];

export const theme = createTheme({
  primaryColor: "teal",
  colors: { teal, gray, dark, orange },
  primaryShade: { light: 7, dark: 8 },
  autoContrast: true,
  black: "#1d2124",
  fontFamily: '"Inter Variable", system-ui, -apple-system, "Segoe UI", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace',
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  lineHeights: { xs: "1.4", sm: "1.45", md: "1.5", lg: "1.5", xl: "1.3" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "20px", lineHeight: "1.2" },
      h2: { fontSize: "16px", lineHeight: "1.4" },
      h3: { fontSize: "14px", lineHeight: "1.4" },
    },
  },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  radius: { xs: "2px", sm: "4px", md: "6px", lg: "8px", xl: "12px" },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Alert: Alert.extend({ defaultProps: { variant: "light", radius: "lg" } }),
    Anchor: Anchor.extend({ defaultProps: { underline: "hover" } }),
    Badge: Badge.extend({
      defaultProps: { variant: "light", radius: "sm", tt: "none", fw: 500 },
    }),
    Button: Button.extend({ defaultProps: { size: "sm", fw: 500 } }),
    Card: Card.extend({ defaultProps: { withBorder: true, padding: "lg", bg: "var(--mantine-color-body)" } }),
    InputWrapper: InputWrapper.extend({
      // A message is read together with its field, and stands where the eye goes on.
      defaultProps: { inputWrapperOrder: ["label", "description", "input", "error"] },
      styles: {
        label: { marginBottom: 4 },
        description: { fontSize: "var(--mantine-font-size-xs)" },
        error: { fontSize: "var(--mantine-font-size-xs)" },
      },
    }),
    // Mantine's placeholder for the first focus is a child that a menu may not have (WAI-ARIA).
    Menu: Menu.extend({
      defaultProps: { withInitialFocusPlaceholder: false, shadow: "md", transitionProps: { duration: 100 } },
    }),
    Modal: Modal.extend({
      defaultProps: {
        radius: "lg",
        centered: true,
        padding: "lg",
        transitionProps: { duration: 120, transition: "fade" },
        overlayProps: { backgroundOpacity: 0.45 },
      },
      styles: { title: { fontSize: "var(--mantine-font-size-lg)", fontWeight: 600 } },
    }),
    Paper: Paper.extend({ defaultProps: { radius: "lg" } }),
    Table: Table.extend({ defaultProps: { fz: "sm", verticalSpacing: "xs", horizontalSpacing: "md" } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, transitionProps: { duration: 100 }, withArrow: false } }),
  },
});

/** Greys and reds that keep 4.5:1 on the page's and the fields' background in both schemes. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#596066",
    "--mantine-color-placeholder": "#6b7379",
    "--mantine-color-error": "#b3261e",
    "--mantine-color-default-border": "#d9dcde",
    "--harken-hairline": "#e6e8e9",
    "--harken-edge": "#8a9298",
    "--harken-quiet": "#f8f9f9",
  },
  dark: {
    "--mantine-color-dimmed": "#a0a7ac",
    "--mantine-color-placeholder": "#969da3",
    "--mantine-color-error": "#ff9b8f",
    "--mantine-color-anchor": "#7dd2c5",
    "--harken-hairline": "#2b2f32",
    "--harken-edge": "#666d73",
    "--harken-quiet": "#1c1f21",
  },
});
