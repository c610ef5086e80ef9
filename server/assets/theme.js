// The theme: system, light or dark. Loaded blocking in <head>, so that a remembered choice holds before the first paint.
//
//   html.js                          set here: shows .needs-js, hides .no-js
//   html[data-theme="light"|"dark"]  absent: the system's preference
//   button[data-theme-set="system"|"light"|"dark"]  chooses; aria-pressed shows the choice
(() => {
  const root = document.documentElement;

  function apply(theme) {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
    for (const button of document.querySelectorAll("[data-theme-set]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeSet === (root.dataset.theme ?? "system")));
    }
  }

  function remembered() {
    try { return localStorage.getItem("theme"); } catch { return null; }
  }

  root.classList.add("js");
  apply(remembered());
  document.addEventListener("DOMContentLoaded", () => apply(root.dataset.theme));
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-theme-set]");
    if (!button) return;
    apply(button.dataset.themeSet);
    try { localStorage.setItem("theme", button.dataset.themeSet); } catch { /* the choice lasts for this page */ }
  });
})();
