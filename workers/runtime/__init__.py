"""What every worker process runs on: stages and claims, the process, the scheduler, the models it loads."""
