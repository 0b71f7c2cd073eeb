/** The form of a new batch: sliders, the chosen file, and what is said while the CSV is sent and checked. */

const form = () => document.querySelector("[data-check]");
const file = () => form().querySelector("[data-file]");

function say(text) {
  const status = form().querySelector("[data-check-status]");
  if (status.textContent !== text) status.textContent = text;
  form().querySelector("[data-check-hint]").hidden = text !== "";
}

function trouble(text) {
  const place = form().querySelector("[data-trouble]");
  place.textContent = text;
  place.hidden = text === "";
}

function startSliders() {
  for (const slider of form().querySelectorAll("[data-slider-of]")) {
    const number = document.getElementById(slider.dataset.sliderOf);
    const radio = slider.closest(".batch-size").querySelector("[type=radio]");
    slider.value = number.value;
    slider.addEventListener("input", () => {
      number.value = slider.value;
      radio.checked = true;
    });
    number.addEventListener("input", () => {
      slider.value = number.value;
      radio.checked = true;
    });
  }
}

/** The file's field is kept when the form is replaced, and with it what was chosen; its error is not. */
function markFile() {
  const error = document.getElementById("batch-file_error");
  file().toggleAttribute("aria-invalid", error !== null);
  if (error) {
    file().setAttribute("aria-invalid", "true");
    file().setAttribute("aria-describedby", error.id);
  } else {
    file().removeAttribute("aria-describedby");
  }
}

function isTooLarge() {
  const most = Number(form().dataset.maxBytes);
  return (file().files[0]?.size ?? 0) > most;
}

function tooLarge() {
  trouble(`The file is larger than ${Math.floor(Number(form().dataset.maxBytes) / 2 ** 20)} MB. Split it into several.`);
}

function onChosen() {
  trouble("");
  if (isTooLarge()) tooLarge();
}

/** Puts a dropped file into the form. */
export function choose(files) {
  const transfer = new DataTransfer();
  transfer.items.add(files[0]);
  file().files = transfer.files;
  onChosen();
  if (files.length > 1) trouble("One CSV is checked at a time: the first one was taken.");
  form().querySelector("#check-button").focus();
}

/** What was refused is said and shown; else the first field with an error is. */
function showRefused() {
  const target = form().querySelector("[data-refused]") ?? form().querySelector("[aria-invalid=true]");
  target?.focus();
  target?.scrollIntoView({ block: "nearest" });
}

function start() {
  startSliders();
  file().addEventListener("change", onChosen);
}

/** Starts on the page's form, and again on each that takes its place. */
export function startForm() {
  start();
  const isOfForm = (event) => event.target instanceof Element && event.target.matches("[data-check]");
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (!isOfForm(event)) return;
    if (isTooLarge()) {
      event.preventDefault();
      tooLarge();
      return;
    }
    trouble("");
    say("Sending…");
  });
  document.body.addEventListener("htmx:xhr:progress", (event) => {
    if (!isOfForm(event) || !event.detail.lengthComputable) return;
    const { loaded, total } = event.detail;
    say(loaded < total ? `Sending, ${Math.floor((100 * loaded) / total)} %` : "Checking…");
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (!isOfForm(event)) return;
    start();
    markFile();
    showRefused();
  });
  document.body.addEventListener("htmx:sendError", (event) => {
    if (!isOfForm(event)) return;
    say("");
    // A browser refuses to send a file that was saved anew after it was chosen.
    trouble("The file could not be sent. If you have saved it anew, choose it again; if not, check the connection.");
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    if (!isOfForm(event)) return;
    say("");
    trouble(`The site answered ${event.detail.xhr.status}. Nothing was stored. Try again in a moment.`);
  });
}
