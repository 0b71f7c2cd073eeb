/** The list of backups and the page of one: true while something goes on, asking before what cannot be undone. */
import { startDialogs } from "../lib/dialogs.js";
import { startPoller } from "../lib/poller.js";

startPoller({ unreachable: "What goes on does so without this page, which looks again by itself." });
startDialogs();
