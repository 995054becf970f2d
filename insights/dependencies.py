"""What the front door gives to the handlers of insights that name it."""

from litestar.di import NamedDependency

from insights.search.query_embedding import QueryEmbedder

QueryEmbedderDependency = NamedDependency[QueryEmbedder]
