/** Copies the secret that is shown once, and keeps a delivery's page true while it is being sent. */
import { startSessionGuard } from "../lib/session.js";
import { copyText } from "../viewer/tsv.js";

const SHOWN_MS = 2000;

async function copy(button) {
  const field = document.querySelector(button.dataset.copy);
  const word = button.textContent;
  try {
    await copyText(field.value);
    button.textContent = "Copied";
  } catch {
    field.select();
    button.textContent = "Press Ctrl+C";
  }
  setTimeout(() => { button.textContent = word; }, SHOWN_MS);
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", () => copy(button));
}
startSessionGuard();
