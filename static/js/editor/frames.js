/** Work once a frame: `schedule(value)` runs `work` with the latest value before the next paint; `cancel` drops it. */
export function onFrame(work) {
  let wanted = null;
  let latest = null;
  return {
    schedule(value) {
      latest = value;
      wanted ??= requestAnimationFrame(() => {
        wanted = null;
        work(latest);
      });
    },
    /** Does now what waits for the frame, if anything does. */
    flush() {
      if (wanted === null) return;
      cancelAnimationFrame(wanted);
      wanted = null;
      work(latest);
    },
    cancel() {
      cancelAnimationFrame(wanted);
      wanted = null;
    },
  };
}
