/** Whether somebody has text of a part of the page chosen, so that it must not be replaced under their hands. */
export function isRead(id) {
  const selection = getSelection();
  const part = document.getElementById(id);
  return Boolean(part) && !selection.isCollapsed && part.contains(selection.anchorNode);
}
