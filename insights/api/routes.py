"""Everything that staff and their programs can ask for."""

from insights.api.alerts import alerts, subscriptions
from insights.api.issues import actions, issues, refits, regrouping, signals, subtopics, themes, today
from insights.api.services import (
    channels,
    export,
    feedback,
    hand_overs,
    published,
    quality,
    search,
    services,
    sessions,
    subjects,
    views,
)

ROUTERS = [
    actions.router,
    alerts.router,
    channels.router,
    export.router,
    feedback.router,
    hand_overs.router,
    issues.router,
    subtopics.router,
    published.router,
    quality.router,
    refits.router,
    regrouping.router,
    search.router,
    services.router,
    sessions.router,
    signals.router,
    subjects.router,
    subscriptions.router,
    themes.router,
    today.router,
    views.router,
]
