"""Static files under names that carry their hash."""

from collections.abc import Iterator
from typing import Any

from servestatic.storage import CompressedManifestStaticFilesStorage

# We use none of htmx's extensions, and their imports name a package, which cannot be rewritten.
_LEFT_OUT = "django_htmx/ext/"


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # the package is not typed
    """Also rewrites the imports between our ES modules, which Django leaves alone by default."""

    support_js_module_import_aggregation = True

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:  # noqa: FBT001, FBT002
        """See Django's ManifestFilesMixin."""
        used = {name: path for name, path in paths.items() if not name.startswith(_LEFT_OUT)}
        yield from super().post_process(used, dry_run, **options)
