// Applies the chosen colour scheme before anything is drawn, so that a dark console never flashes white.
(() => {
  const chosen = localStorage.getItem("harken.scheme");
  const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.mantineColorScheme = dark ? "dark" : "light";
  document.documentElement.style.backgroundColor = dark ? "#17191b" : "#ffffff";
})();
