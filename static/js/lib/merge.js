/**
 * Puts newer markup of the page's parts in their places. What the site sends as before stays untouched: its pictures do
 * not flicker, it keeps focus and hover. Parts are elements with `data-part` and an id; a part may hold further ones.
 */

const known = new WeakMap(); // of each part what the site sent: its markup, and that without the parts in it

function partsOf(root) {
  return [...root.querySelectorAll("[data-part]")];
}

function outermostOf(root) {
  return partsOf(root).filter((part) => !part.parentElement?.closest("[data-part]"));
}

function shellOf(part) {
  const copy = part.cloneNode(true);
  for (const inner of partsOf(copy)) inner.replaceWith(inner.id);
  return copy.outerHTML;
}

function remember(part) {
  for (const one of [part, ...partsOf(part)]) known.set(one, { markup: one.outerHTML, shell: shellOf(one) });
}

function put(current, next, keeper) {
  const focused = current.contains(document.activeElement) ? document.activeElement.id : null;
  remember(next);
  current.replaceWith(next);
  if (focused === null) return;
  const again = focused ? document.getElementById(focused) : null;
  (again ?? keeper).focus({ preventScroll: true });
}

function merge(current, next, keeper) {
  const before = known.get(current);
  const markup = next.outerHTML;
  if (before.markup === markup) return;
  const inner = partsOf(current);
  if (inner.length === 0 || before.shell !== shellOf(next)) {
    put(current, next, keeper);
    return;
  }
  known.set(current, { ...before, markup });
  const coming = partsOf(next);
  inner.forEach((part, place) => merge(part, coming[place], keeper));
}

/** Remembers the parts as the page came with them. */
export function startParts(root) {
  for (const part of outermostOf(root)) remember(part);
}

/** Takes what differs out of `markup`; a focus whose element is gone goes to `root`. */
export function mergeParts(root, markup) {
  const holder = document.createElement("template");
  holder.innerHTML = markup;
  for (const next of outermostOf(holder.content)) {
    const current = document.getElementById(next.id);
    if (current) merge(current, next, root);
  }
}
