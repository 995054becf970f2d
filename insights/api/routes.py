"""Everything that staff and their programs can ask for."""

from insights.api import (
    actions,
    alerts,
    export,
    feedback,
    issues,
    parts,
    published,
    quality,
    refits,
    regrouping,
    search,
    services,
    signals,
    subjects,
    subscriptions,
    themes,
)

ROUTERS = [
    actions.router,
    alerts.router,
    export.router,
    feedback.router,
    issues.router,
    parts.router,
    published.router,
    quality.router,
    refits.router,
    regrouping.router,
    search.router,
    services.router,
    signals.router,
    subjects.router,
    subscriptions.router,
    themes.router,
]
