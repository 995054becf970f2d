"""The citizen feedback continuous-improvement loop.

The walk, in ten lines:

1. A channel (`ingest.channels`) verifies who is calling and parses what came into `Arrival`s.
2. Intake (`ingest.intake.accept`) stores them, raw text sealed, and answers with a receipt only after the commit.
3. A message wakes workers (`feedback.record.work.queue`), who claim what waits (`feedback.record.work.stages`).
4. Cleaning (`nlp.clean.cleaner`) redacts, tells the language, splits statements; the raw text is shredded.
5. Embedding and grouping (`nlp.embed.embedder`, `nlp.group.topics`) let each statement join an issue of its service.
6. A refit (`workers.actors.refit`) finds new issues; `nlp.group.refit_matching` keeps the ids of the known ones.
7. Noticing (`insights.detection.detector`) holds the counts against what is expected and raises signals.
8. Alerts (`insights.alerts`, `workers.actors.deliver`) tell those who subscribed, once.
9. People act (`insights.issues.decisions`), and outcomes (`insights.outcomes`) measure what that did.
10. The citizen's receipt (`ingest.pages.receipt_pages`) says what became of it.
"""
