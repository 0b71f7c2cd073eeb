/** The theme switch: automatic, light, dark. `theme.js` in the page's head sets the kept choice before the first paint. */

const ORDER = ["auto", "light", "dark"];
const NAMES = { auto: "automatic", light: "light", dark: "dark" };

function current() {
  return document.documentElement.dataset.theme ?? "auto";
}

function choose(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === "auto") localStorage.removeItem("theme");
    else localStorage.setItem("theme", theme);
  } catch {
    // Storage may be forbidden: the choice then holds for this page.
  }
}

function show(button) {
  const label = `Theme: ${NAMES[current()]}`;
  button.setAttribute("aria-label", label);
  button.title = label;
  const use = button.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${current()}`));
}

/** Makes the buttons with `data-theme-switch` go through the themes. */
export function startThemeSwitch() {
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    show(button);
    button.addEventListener("click", () => {
      choose(ORDER[(ORDER.indexOf(current()) + 1) % ORDER.length]);
      show(button);
    });
  }
}
