// The theme: as the system, light or dark. A classic script, so that it runs before the first paint.

(() => {
  const order = ["system", "light", "dark"];
  const root = document.documentElement;

  function read() {
    try {
      return order.includes(localStorage.theme) ? localStorage.theme : "system";
    } catch {
      return "system"; // Storage can be forbidden.
    }
  }

  function apply(theme) {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
  }

  let theme = read();
  apply(theme);

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const label = () =>
      button.setAttribute("aria-label", `Theme: ${theme === "system" ? "as the system" : theme}`);
    label();
    button.addEventListener("click", () => {
      theme = order[(order.indexOf(theme) + 1) % order.length];
      apply(theme);
      label();
      try {
        localStorage.theme = theme;
      } catch {
        /* It holds for this visit. */
      }
    });
  });
})();
