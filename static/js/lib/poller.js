/** A page that keeps itself true: its `#poller` looks while something goes on, and what differs takes its place. */
import { mergeParts, startParts } from "./merge.js";
import { isRead } from "./reading.js";
import { startSessionGuard } from "./session.js";

const RARELY_MS = 8_000;
const live = document.querySelector("[data-live]");
const trouble = document.querySelector("[data-trouble]");
const isPoller = (element) => element?.id === "poller";
let saidOf = null;

function say(text) {
  trouble.textContent = text;
  trouble.hidden = text === "";
}

/** Reads aloud where the site marks it as news by another `data-said-of`, not at every look. */
function announce(isFirst) {
  document.title = `${live.querySelector("[data-title]").dataset.title} · PoseSite`;
  const said = live.querySelector("[data-said]").dataset;
  if (said.saidOf === saidOf) return;
  saidOf = said.saidOf;
  if (!isFirst) document.querySelector("[data-said-here]").textContent = said.said;
}

/** Keeps from asking what nobody sees, what is being read, and after `oftenForMs` what was asked a moment ago. */
function holdBack(oftenForMs) {
  const openedAt = performance.now();
  let askedAt = openedAt;
  document.body.addEventListener("htmx:configRequest", (event) => {
    if (!isPoller(event.detail.elt)) return;
    const now = performance.now();
    const isTooSoon = now - openedAt > oftenForMs && now - askedAt < RARELY_MS;
    const isAsked = event.detail.triggeringEvent?.type === "look";
    if (document.hidden || isRead("live") || (isTooSoon && !isAsked)) event.preventDefault();
    else askedAt = now;
  });
}

function putAnswers() {
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.defaultPrevented || !isPoller(event.target) || !event.detail.shouldSwap) return;
    if (isRead("live")) {
      event.preventDefault();
      return;
    }
    mergeParts(live, event.detail.serverResponse);
    announce(false);
  });
}

function tellTrouble(unreachable, gone) {
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && isPoller(event.detail.requestConfig.elt)) say("");
  });
  document.body.addEventListener("htmx:sendError", (event) => {
    if (isPoller(event.target)) say(`The site cannot be reached. ${unreachable}`);
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    if (!isPoller(event.target)) return;
    const isGone = gone !== "" && event.detail.xhr.status === 404;
    say(isGone ? gone : `The site answered ${event.detail.xhr.status}. This page looks again by itself.`);
    if (isGone) event.target.remove();
  });
}

/**
 * Starts looking. `unreachable` is said where no answer comes, `gone` where the page is no more (empty: it looks on).
 * After `oftenForMs` it looks more rarely, as nobody watches every step for long.
 */
export function startPoller({ unreachable, gone = "", oftenForMs = Infinity }) {
  startParts(live);
  startSessionGuard(); // before the answers are put: it keeps the login page out of them
  announce(true);
  holdBack(oftenForMs);
  putAnswers();
  tellTrouble(unreachable, gone);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) document.getElementById("poller")?.dispatchEvent(new CustomEvent("look"));
  });
}
