/** The grid of photos: new cards, keys, and what is said when a part of the page was replaced. */
import { isTyping } from "../lib/keys.js";
import { startSessionGuard } from "../lib/session.js";

function grid() {
  return document.getElementById("grid");
}

/** Whether the grid has the photo's card or takes new ones. */
export function takesCard(photoId) {
  return "takesNew" in grid().dataset || document.getElementById(`card-${photoId}`) !== null;
}

/** Puts a card first, or in the place of the photo's old one. A filtered or older page takes no new ones. */
export function addCard(photoId, markup) {
  const holder = document.createElement("template");
  holder.innerHTML = markup;
  const card = holder.content.querySelector(".photo-card");
  if (!card) return; // the session has ended, and the markup is the login page's
  const old = document.getElementById(`card-${photoId}`);
  if (old) {
    old.replaceWith(card);
  } else if ("takesNew" in grid().dataset) {
    card.classList.add("is-new");
    grid().prepend(card);
    document.querySelector(".no-results")?.remove();
  }
}

function columns(links) {
  const top = links[0].getBoundingClientRect().top;
  const below = links.findIndex((link) => link.getBoundingClientRect().top > top + 1);
  return below === -1 ? links.length : below;
}

function onKeyDown(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  const links = [...grid().querySelectorAll(".photo-card > a")];
  const at = links.indexOf(document.activeElement);
  if (event.key === "u") {
    event.preventDefault();
    document.querySelector("[data-choose]").click();
  }
  if (links.length === 0 || (at === -1 && document.activeElement !== document.body)) return;
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(links), ArrowUp: -columns(links) };
  if (!(event.key in steps) || (at === -1 && event.key !== "ArrowRight")) return;
  const target = at === -1 ? links[0] : links[at + steps[event.key]];
  if (!target) return;
  event.preventDefault();
  target.focus();
}

function onSwapped(event) {
  if (event.target.id !== "results") return;
  document.querySelector("[data-results-status]").textContent = grid().dataset.summary;
  // A page link is gone after its own click; the focus goes to what it brought.
  if (document.activeElement === document.body) {
    document.getElementById("results").focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }
}

/** Leaves the fields that say nothing out of the address. */
function onRequest(event) {
  const { formData } = event.detail;
  for (const [name, value] of [...formData.entries()]) if (value === "") formData.delete(name);
}

/** What asks by itself asks again by itself, and says nothing. */
function onFailed(event) {
  const { elt } = event.detail.requestConfig;
  if (elt.matches("[data-poller]")) return;
  const results = document.getElementById("results");
  results.querySelector("[data-request-failed]")?.remove();
  const note = document.createElement("p");
  note.className = "message error";
  note.dataset.requestFailed = "";
  note.setAttribute("role", "alert");
  const what = elt.matches("[data-changes]") ? "The photos could not be tried again." : "The photos could not be read.";
  note.textContent = `${what} Check the connection and try again.`;
  results.prepend(note);
}

/** Starts listening. */
export function startGrid() {
  document.addEventListener("keydown", onKeyDown);
  document.body.addEventListener("htmx:afterSettle", onSwapped);
  document.body.addEventListener("htmx:configRequest", onRequest);
  startSessionGuard();
  document.body.addEventListener("htmx:sendError", onFailed);
  document.body.addEventListener("htmx:responseError", onFailed);
}
