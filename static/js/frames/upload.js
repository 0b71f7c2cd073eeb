/** The form of a CSV: the file is dropped or chosen, watched while it is sent, and what is wrong with it is shown. */
import { listenForDrops } from "../lib/drop.js";
import { startSessionGuard } from "../lib/session.js";
import { Sending } from "./sending.js";

const form = () => document.querySelector("[data-upload]");
const file = () => form().querySelector("[data-file]");
const isOfForm = (event) => event.target instanceof Element && event.target.matches("[data-upload]");
let sending = null; // while a file is on its way
let isSent = false;

function trouble(text) {
  const place = form().querySelector("[data-trouble]");
  place.textContent = text;
  place.hidden = text === "";
}

function isTooLarge() {
  const isMore = (file().files[0]?.size ?? 0) > Number(form().dataset.maxBytes);
  if (isMore) trouble(`The file is larger than ${form().dataset.maxSize}. Import it in parts.`);
  return isMore;
}

function onChosen() {
  trouble("");
  isTooLarge();
}

function choose(files) {
  if (files.length === 0 || sending) return;
  const transfer = new DataTransfer();
  transfer.items.add(files[0]);
  file().files = transfer.files;
  onChosen();
  if (files.length > 1) trouble("One CSV is imported at a time: the first one was taken.");
  form().querySelector("#upload-button").focus();
}

function stop(text) {
  sending?.show(false);
  sending = null;
  trouble(text);
  if (text) form().querySelector("#upload-button").focus();
}

/** The file's field is kept when the form is replaced, and with it what was chosen; its error is not. */
function markFile() {
  const error = document.getElementById("scan-file_error");
  if (error) {
    file().setAttribute("aria-invalid", "true");
    file().setAttribute("aria-describedby", error.id);
  } else {
    file().removeAttribute("aria-invalid");
    file().removeAttribute("aria-describedby");
  }
}

/** What was wrong with the last file says nothing of the next. */
function forgetRefused() {
  trouble("");
  for (const part of form().querySelectorAll("[data-refused], #scan-file_error")) part.remove();
  markFile();
}

function showRefused() {
  const target = form().querySelector("[data-refused]") ?? form().querySelector("[aria-invalid=true]");
  target?.focus();
  target?.scrollIntoView({ block: "nearest" });
}

function start() {
  file().addEventListener("change", onChosen);
  form().querySelector("[data-stop]").addEventListener("click", () => htmx.trigger(form(), "htmx:abort"));
}

function onProgress({ detail }) {
  if (!sending || isSent || !detail.lengthComputable || !detail.total) return; // the answer has events of its own
  isSent = detail.loaded === detail.total;
  if (isSent) sending.check();
  else sending.progress(detail.loaded, detail.total);
}

const listeners = {
  "htmx:beforeRequest": (event) => {
    if (isTooLarge()) {
      event.preventDefault();
      return;
    }
    forgetRefused();
    isSent = false;
    sending = new Sending(form());
    sending.show(true);
  },
  "htmx:xhr:progress": onProgress,
  // Before the page is left for the import's.
  "htmx:beforeOnLoad": () => {
    sending = null;
  },
  "htmx:afterSwap": () => {
    start();
    markFile();
    showRefused();
  },
  "htmx:sendAbort": () => stop("The file was not sent to its end. Nothing was stored."),
  // A browser refuses to send a file that was saved anew after it was chosen.
  "htmx:sendError": () =>
    stop("The file could not be sent. If you have saved it anew, choose it again; if not, check the connection."),
  "htmx:responseError": (event) => {
    new Sending(form()).show(false);
    const { status } = event.detail.xhr;
    const isLarge = status === 413;
    stop(isLarge
      ? `The file is larger than ${form().dataset.maxSize}. Import it in parts.`
      : `The site answered ${status}. Nothing was stored. Try again in a moment.`);
  },
};

start();
startSessionGuard();
listenForDrops(document.querySelector("[data-drop-veil]"), ({ files }) => choose([...files]));
for (const [name, listener] of Object.entries(listeners)) {
  document.body.addEventListener(name, (event) => isOfForm(event) && listener(event));
}
addEventListener("beforeunload", (event) => sending && event.preventDefault());
