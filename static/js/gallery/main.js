/** The gallery's page. */
import { startGrid } from "./grid.js";
import { startUploads } from "./uploads.js";

startGrid();
startUploads(document.querySelector("[data-upload]"));
