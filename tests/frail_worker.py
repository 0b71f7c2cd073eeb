"""A Celery application whose workers end on some photos, and whose leases may be short; for tests of faults.

`FRAIL_WIDTH`: a photo that is this many pixels wide kills the process that detects on it. `FRAIL_LEASE_S`: seconds in
the place of the site's own leases.
"""

import os
import signal
from datetime import timedelta

from posesite.celery import app

__all__ = ("app",)

_WIDTH = int(os.environ.get("FRAIL_WIDTH", "0"))
_LEASE_S = float(os.environ.get("FRAIL_LEASE_S", "0"))


@app.on_after_finalize.connect
def make_frail(sender: object, **kwargs: object) -> None:
    """Once Django is loaded."""
    from batches.services import hosts, shifts
    from core.work import claims, item, kinds, reconnecting, sweeping
    from poses.services import engine

    detector = engine.detector()
    detect = detector.detect

    def detect_or_die(pixels, **options):
        if pixels.shape[1] == _WIDTH:
            os.kill(os.getpid(), signal.SIGKILL)
        return detect(pixels, **options)

    detector.detect = detect_or_die  # type: ignore[method-assign]
    if _LEASE_S:
        lease = timedelta(seconds=_LEASE_S)
        item.MESSAGE_LEASE = claims.MESSAGE_LEASE = sweeping.MESSAGE_LEASE = lease
        reconnecting._SILENCE_S, reconnecting._EVERY_S = 2 * _LEASE_S, _LEASE_S / 2
        shifts._LEASE = hosts.LEASE = lease
        shifts._KEPT_EVERY_S = _LEASE_S / 4
        for kind in kinds.all_kinds():
            object.__setattr__(kind, "lease", lease)
        app.conf.beat_schedule["sweep"]["schedule"] = _LEASE_S / 4
