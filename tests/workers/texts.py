"""What citizens of a test say: three usual things in many words, and a new one."""

from itertools import product

_TOPICS = (
    (
        "I waited {n} weeks for my badge to be renewed",
        "The renewal has taken {n} weeks so far",
        "Still no renewed badge in the post, week {n} now",
        "Why does renewing a badge need {n} weeks",
        "My old badge ran out while I waited {n} weeks for the new one",
    ),
    (
        "Cars without a badge park in the disabled bays",
        "The disabled bays near the station are always taken",
        "Delivery vans stand in the bay outside my house",
        "Nobody checks who uses the blue badge spaces",
        "There are only {n} disabled spaces in the whole car park",
    ),
    (
        "Nobody answered the phone for {n} minutes",
        "I was on hold for {n} minutes and then cut off",
        "The line plays music for {n} minutes and goes dead",
        "I rang {n} times and never got through to anyone",
        "Your telephone queue is hopeless, {n} minutes yesterday",
    ),
)
_ENDINGS = (
    "",
    " and I am worn out by it",
    ", which is a long time for somebody my age",
    ". My husband says the same",
    ". It was better last year",
    ", please do something",
    ". I depend on it to get to the hospital",
    " and it makes me late for work",
)
USUAL = tuple(
    start + end for end, place, topic in product(_ENDINGS, range(5), range(3)) for start in [_TOPICS[topic][place]]
)

BROKEN = (
    "The photo upload fails every time",
    "I cannot upload my photo, it just says error",
    "Uploading the photograph does not work on my phone",
    "It will not take my picture, the photo page throws an error",
    "Photo upload broken again today",
    "The site rejects the photo I upload although it is the right size",
    "My photograph will not upload and so I cannot finish the form",
    "When I upload the photo the page goes white",
    "Tried to upload a passport photo and got an error message",
    "The form hangs at the photo upload step",
    "Error when uploading my photo for the badge",
    "Your photo upload is not working at all",
    "It keeps saying the photo could not be uploaded",
    "Upload of the photo stops half way",
    "I have tried three photos and none of them uploads",
    "The upload photo button does nothing",
    "My mum cannot get past the photo upload",
    "Photo upload error on the tablet as well as the computer",
    "The photograph I upload disappears and the form asks for a photo again",
    "Since this week no photo can be uploaded",
    "Uploading a photo gives an error on every browser",
)


def said(texts: tuple[str, ...], number: int, skip: int = 0) -> list[str]:
    """The next `number` of them, after `skip`."""
    return [texts[n % len(texts)].format(n=3 + n % 17) for n in range(skip, skip + number)]
