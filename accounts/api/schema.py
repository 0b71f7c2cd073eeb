"""How the API's login shows in the OpenAPI schema."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object

SCHEME = "jwtAuth"


class ApiSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the package is half typed
    """`Authorization: Bearer <access>`."""

    target_class = "accounts.api.authentication.ApiSessionAuthentication"
    name = SCHEME

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """An HTTP bearer scheme."""
        return build_bearer_security_scheme_object("HTTP_AUTHORIZATION", "Bearer", bearer_format="JWT")
