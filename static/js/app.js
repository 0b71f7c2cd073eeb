/** What every page starts. */
import { startKeys } from "./lib/keys.js";
import { startMenus } from "./lib/menus.js";
import { startThemeSwitch } from "./lib/theme.js";

startThemeSwitch();
startMenus();
startKeys();
