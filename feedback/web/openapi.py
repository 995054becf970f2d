"""What the OpenAPI document says about the API as a whole."""

from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme


def openapi_config() -> OpenAPIConfig:
    """Sets up the document alone: its page is ours (`api_reference.py`), since Litestar's come from a CDN."""
    return OpenAPIConfig(
        title="Citizen feedback loop",
        version="1",
        description="Hear citizens on every channel, notice what starts to go wrong, show whether the fix worked.",
        components=Components(security_schemes={"key": SecurityScheme(type="http", scheme="bearer")}),
        use_handler_docstrings=True,
        path="/openapi-parts",
        render_plugins=[JsonRenderPlugin()],
    )
