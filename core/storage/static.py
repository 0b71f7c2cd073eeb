"""Static files under names that carry their hash."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites the imports between our ES modules, which Django leaves alone by default."""

    support_js_module_import_aggregation = True
