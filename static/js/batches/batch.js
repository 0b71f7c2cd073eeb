/** The page of one batch: keeps itself true while something goes on, asks before what cannot be undone. */
import { isTyping } from "../lib/keys.js";
import { startSessionGuard } from "../lib/session.js";
import { startDialogs } from "./dialogs.js";
import { mergeParts, startParts } from "./merge.js";
import { isRead } from "./reading.js";

// After a minute nobody watches every step.
const OFTEN_FOR_MS = 60_000;
const RARELY_MS = 8_000;
const openedAt = performance.now();
let askedAt = openedAt;
let saidOf = null;

const live = document.querySelector("[data-live]");
const trouble = document.querySelector("[data-trouble]");
const isPoller = (element) => element?.id === "poller";

function say(text) {
  trouble.textContent = text;
  trouble.hidden = text === "";
}

/** Reads aloud at each tenth and when the state changes, not at every look. */
function announce(isFirst) {
  const said = live.querySelector("[data-said]");
  if (!said) return;
  document.title = `${said.dataset.title} · PoseSite`;
  if (said.dataset.saidOf === saidOf) return;
  saidOf = said.dataset.saidOf;
  if (!isFirst) document.querySelector("[data-said-here]").textContent = said.dataset.said;
}

function isTooSoon() {
  const now = performance.now();
  return now - openedAt > OFTEN_FOR_MS && now - askedAt < RARELY_MS;
}

/** On narrow screens the filters are a strip, and the current one may lie beyond its end. */
function showFilter() {
  const strip = document.querySelector("[data-tabs]");
  const current = strip?.querySelector("[aria-current]");
  if (current) strip.scrollLeft = Math.max(0, current.offsetLeft + current.offsetWidth - strip.clientWidth);
}

startParts(live);
startSessionGuard();
startDialogs();
announce(true);
showFilter();

document.body.addEventListener("htmx:configRequest", (event) => {
  if (!isPoller(event.detail.elt)) return;
  const isAsked = event.detail.triggeringEvent?.type === "look";
  if (document.hidden || isRead("live") || (isTooSoon() && !isAsked)) event.preventDefault();
  else askedAt = performance.now();
});
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.defaultPrevented || !isPoller(event.target) || !event.detail.shouldSwap) return;
  if (isRead("live")) {
    event.preventDefault();
    return;
  }
  mergeParts(live, event.detail.serverResponse);
  announce(false);
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && isPoller(event.detail.requestConfig.elt)) say("");
});
document.body.addEventListener("htmx:sendError", (event) => {
  if (isPoller(event.target)) say("The site cannot be reached. The batch goes on without this page, which looks again by itself.");
});
document.body.addEventListener("htmx:responseError", (event) => {
  if (!isPoller(event.target)) return;
  const isGone = event.detail.xhr.status === 404;
  say(isGone ? "This batch was deleted." : `The site answered ${event.detail.xhr.status}. This page looks again by itself.`);
  if (isGone) event.target.remove();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.getElementById("poller")?.dispatchEvent(new CustomEvent("look"));
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "p" || event.repeat || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  const toggle = live.querySelector("[data-toggle]");
  if (!toggle || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  toggle.click();
});
