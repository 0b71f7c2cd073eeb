/** The page of one import: true while it goes on. */
import { startPoller } from "../lib/poller.js";

startPoller({
  unreachable: "The import goes on without this page, which looks again by itself.",
  gone: "The scan was deleted, and this import with it.",
  oftenForMs: 60_000,
});
