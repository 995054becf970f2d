"""What a page says of what was just saved or done on it, a sentence each."""

from collections.abc import Mapping

from feedback.i18n import N_, TranslatedLabels

SAVED: Mapping[str, str] = TranslatedLabels(
    {
        "saved": N_("Saved."),
        "nothing": N_("Nothing was changed."),
        "installation_set": N_("Kept. It counts everywhere within some seconds."),
        "undone": N_("Undone: it is as it was before."),
        "handed_over": N_("Handed over. Its new owners see where it came from, and the citizens’ receipts follow."),
        "decided": N_("Saved. It stands in the history."),
        "acknowledged": N_("Acknowledged: others see that you are looking into it."),
        "assigned": N_("Assigned to you."),
        "assigned_told": N_("Assigned. They get an e-mail in a minute, unless you undo it."),
        "assigned_untold": N_("Assigned. No e-mail goes to them: tell them yourself."),
        "assignment_mails": N_("Kept. You get an e-mail when something is assigned to you."),
        "no_assignment_mails": N_("Kept. You get no e-mail when something is assigned to you."),
        "acted": N_("Recorded. What it did to the reports shows under “What was done”, from the next days on."),
        "published": N_("Published: everybody can read it now."),
        "taken_off": N_("Taken off: it is no longer on the page for everybody."),
        "false_alarm": N_("Noted as a false alarm: it is no longer shown as emerging, and nobody is told of it."),
        "no_false_alarm": N_("Noted: it was no false alarm, and is shown again."),
        "sorted": N_("Done. The machine keeps to it."),
        "merged": N_("Merged. The machine keeps to it."),
        "missed": N_("Noted as missed: it is an issue now, and stands out as any other that is noticed."),
        "announced": N_("Announced. What people report while it lasts is explained by it."),
        "refit_undone": N_("Undone: the issues are what they were before that refit."),
        "put_back": N_("Put back to work: they are being read again."),
        "counted": N_("Saved: whether it counts is as you said."),
        "released": N_("What was written is destroyed."),
        "not_urgent": N_("Noted: it is not urgent."),
        "urgent": N_("Noted: it is urgent after all."),
        "subscribed": N_("Subscribed. It is told from now on."),
        "subscription_ended": N_("Ended: it gets no more alerts."),
        "test_sent": N_("A test is on its way; how it went shows under “Deliveries”."),
        "muted": N_("Muted: it hears nothing until you make it hear again."),
        "snoozed": N_("Snoozed: it hears nothing for that time."),
        "hears": N_("It hears again from now on."),
        "quiet": N_("It hears no more of this issue."),
        "resent": N_("On its way again; how it went shows under “Deliveries”."),
        "invited": N_(
            "The invitation is on its way. Its link works for 15 minutes; later they ask for a new one on the page"
            " where they sign in."
        ),
        "role_changed": N_("The role is changed, and holds at once."),
        "role_ended": N_("The role is taken away, at once."),
        "removed": N_("Removed everywhere, and signed out."),
        "revoked": N_("Revoked: the key opens nothing any more."),
        "session_ended": N_("That session is ended."),
        "service_made": N_("The service is made. What is set about it stands below, and can be changed at any time."),
        "discarded": N_("The file is let go; nothing of it was taken in."),
        "taking_in": N_("It is on its way in."),
        "taking_back": N_("It is being undone."),
        "looked_at": N_("This is how it would be read."),
        "view_saved": N_("The view is saved; it stands among the saved views."),
        "view_deleted": N_("The view is deleted. The issues stay as they are."),
        "several_acknowledge": N_("Acknowledged, all that were ticked."),
        "several_snooze": N_("Snoozed, all that were ticked."),
        "several_resolve": N_("Resolved, all that were ticked."),
        "several_merge": N_("Merged into one. The machine keeps to it."),
    }
)
"""What a page says of what was just done there, by the act (`insights.pages.confirmations`)."""
