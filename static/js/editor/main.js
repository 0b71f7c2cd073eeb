/** Starts the editor in every widget of the page. */
import { startMenus } from "../lib/menus.js";
import { Editor } from "./editor.js";

for (const root of document.querySelectorAll("[data-keypoint-editor]")) {
  new Editor(root);
  root.dataset.isReady = "yes";
}
// The site's own pages have started their menus.
if (document.querySelector("[data-own-keys]")) startMenus();
