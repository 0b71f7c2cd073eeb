"""A file to try the site with."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from core.api.files import as_file
from frames.formats.sample import sample_csv as made_sample


@require_safe
@login_required
def sample_csv(request: HttpRequest) -> HttpResponseBase:
    """The CSV of a made-up borehole."""
    response = HttpResponse(made_sample(), content_type="text/csv; charset=utf-8")
    return as_file(response, "depth-scan-sample.csv", is_attachment=True)
