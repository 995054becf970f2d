"""What citizens of a test say: three usual things, and a new one."""

USUAL = (
    "I waited {n} weeks for my badge to be renewed",
    "The waiting time for renewal is {n} weeks and far too long",
    "Still waiting for my renewed badge after {n} weeks",
    "Parking bays near bay {n} are taken by cars without a badge",
    "Cars without badges park in the disabled bays on street {n}",
    "Disabled parking spaces at car park {n} are always taken",
    "Nobody answered the phone after {n} minutes on hold",
    "I was on hold for {n} minutes and then cut off",
    "The phone line keeps you on hold for {n} minutes",
)
BROKEN = (
    "The photo upload fails every time on version {n}",
    "I cannot upload my photo, error {n}",
    "Uploading the photograph gives error {n}",
    "Photo upload does not work, tried {n} times",
)


def said(texts: tuple[str, ...], number: int) -> list[str]:
    return [texts[n % len(texts)].format(n=n + 3) for n in range(number)]
