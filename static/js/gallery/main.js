/** The gallery's page. */
import { startGrid } from "./grid.js";
import { startProgress } from "./progress.js";
import { startUploads } from "./uploads.js";

startGrid();
startUploads(document.querySelector("[data-upload]"));
startProgress(document.querySelector("[data-poller]"));
