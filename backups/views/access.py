"""Who may see the pages: to everybody else they are not there."""

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache

from backups.models.querysets import OPERATE

View = Callable[..., HttpResponseBase]


def operators_only(*, leads_back: bool = True) -> Callable[[View], View]:
    """404 for who does not operate the site; visitors are sent to log in, and back unless a page takes POST alone."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_perm(OPERATE):
                raise Http404
            return view(request, *args, **kwargs)

        guarded = login_required(checked) if leads_back else login_required(checked, redirect_field_name=None)
        return never_cache(guarded)

    return decorate
