// Mantine's mixins: light-dark() and the breakpoints of the theme in our own style sheets.
module.exports = { plugins: { "postcss-preset-mantine": {} } };
