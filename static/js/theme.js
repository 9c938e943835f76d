// Runs before the first paint (a plain script in <head>): light or dark, and the width of the rail.
// The choice stays in this browser; "system" follows the machine.
(() => {
  const root = document.documentElement;
  const darkMachine = window.matchMedia("(prefers-color-scheme: dark)");

  const chosen = () => localStorage.getItem("face.theme") || "system";

  function apply() {
    const theme = chosen() === "system" ? (darkMachine.matches ? "dark" : "light") : chosen();
    root.setAttribute("data-bs-theme", theme);
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen()));
    }
  }

  apply();
  darkMachine.addEventListener("change", apply);
  if (localStorage.getItem("face.rail") === "narrow") root.setAttribute("data-rail", "narrow");

  document.addEventListener("DOMContentLoaded", () => {
    apply();
    const toggle = document.querySelector("[data-rail-toggle]");
    if (toggle) toggle.setAttribute("aria-expanded", String(root.dataset.rail !== "narrow"));
  });

  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-theme-choice]");
    if (choice) {
      localStorage.setItem("face.theme", choice.dataset.themeChoice);
      apply();
    }
    const railToggle = event.target.closest("[data-rail-toggle]");
    if (railToggle) {
      const narrow = root.dataset.rail !== "narrow";
      root.toggleAttribute("data-rail", narrow);
      if (narrow) root.setAttribute("data-rail", "narrow");
      railToggle.setAttribute("aria-expanded", String(!narrow));
      localStorage.setItem("face.rail", narrow ? "narrow" : "wide");
    }
    const railOpener = event.target.closest("[data-rail-open-toggle]");
    const insideRail = event.target.closest(".rail");
    if (railOpener) {
      railOpener.setAttribute("aria-expanded", String(root.toggleAttribute("data-rail-open")));
    } else if (!insideRail && root.hasAttribute("data-rail-open")) {
      root.removeAttribute("data-rail-open");
    }
  });
})();
