"""Everything that the citizen's pages say, in English and Welsh. `{service}` and the like are filled by the templates.

The widget carries its own few words, since it is one file (`static/widget.js`).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """One language. The fields are in the order of the pages: all, form, thanks, receipt, what was done, errors."""

    code: str
    name: str
    months: tuple[str, ...]
    skip: str
    in_other_language: str
    footer: str
    run_by: str
    privacy_contact: str

    form_title: str
    form_lead: str
    form_danger: str
    message_label: str
    message_hint: str
    contact_label: str
    contact_hint: str
    consent: str
    leave_empty: str
    send: str
    error_prefix: str
    errors_title: str
    message_missing: str
    message_too_long: str
    contact_too_long: str
    contact_wrong: str

    thanks_title: str
    thanks_lead: str
    thanks_receipt: str
    thanks_keep: str
    thanks_follow: str
    thanks_more: str

    receipts_title: str
    receipts_label: str
    receipts_hint: str
    receipts_button: str
    receipts_missing: str
    receipts_unknown: str

    receipt_title: str
    receipt_code: str
    step_received: str
    step_received_on: str
    step_read: str
    step_read_waiting: str
    step_read_alone: str
    step_understood: str
    step_team: str
    step_team_waiting: str
    step_done: str
    step_done_waiting: str
    state_done: str
    state_now: str
    state_later: str
    status_open: str
    status_acknowledged: str
    status_in_progress: str
    status_resolved: str
    status_archived: str
    not_fixed_title: str
    not_fixed_lead: str
    not_fixed_button: str
    not_fixed_noted: str
    take_back_title: str
    take_back_lead: str
    take_back_button: str
    taken_back: str
    kept_no_longer: str

    ours_title: str
    ours_lead: str
    ours_none: str
    ours_said: str
    ours_did: str
    ours_reports: str
    ours_fell: str
    ours_data: str
    ours_feed: str
    ours_tell: str

    not_found_title: str
    not_found_text: str
    expired_title: str
    expired_text: str
    too_many_title: str
    too_many_text: str
    too_large_title: str
    too_large_text: str
    unavailable_title: str
    unavailable_text: str
    wrong_title: str
    wrong_text: str

    def date(self, day: dt.date) -> str:
        return f"{day.day} {self.months[day.month - 1]} {day.year}"


ENGLISH = Translation(
    code="en",
    name="English",
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    skip="Skip to main content",
    in_other_language="Language",
    footer="No cookies are set, and nobody is followed on these pages.",
    run_by="This service is run by {organisation}.",
    privacy_contact="Questions about your privacy: {contact}",
    form_title="Tell us about {service}",
    form_lead="What went well, what went wrong, what should change? You need no account.",
    form_danger="Nobody watches this page day and night. If someone is in danger, call 999.",
    message_label="Your feedback",
    message_hint="Please leave out names, addresses and numbers. What slips in is removed before anybody reads it.",
    contact_label="E-mail address or mobile number (optional)",
    contact_hint="Only if you would like to hear what came of it.",
    consent="By filling this in you agree that we write to you once, when it is resolved. After that we destroy it.",
    leave_empty="Leave this field empty",
    send="Send feedback",
    error_prefix="Error: ",
    errors_title="There is a problem",
    message_missing="Enter your feedback",
    message_too_long="Your feedback must be {limit} characters or fewer",
    contact_wrong="Enter one e-mail address or one telephone number, like name@example.com or 07700 900123",
    contact_too_long="The e-mail address or number must be 200 characters or fewer",
    thanks_title="Thank you, we have your feedback",
    thanks_lead="It goes to the people who run {service}.",
    thanks_receipt="Your receipt",
    thanks_keep="Keep this code: it shows what became of your words and takes them back. We cannot look it up for you.",
    thanks_follow="See where your feedback is",
    thanks_more="Tell us something else",
    receipts_title="What became of your feedback?",
    receipts_label="Your receipt code",
    receipts_hint="16 letters and figures, like 7K3M-Q2ZD-98VX-4HTN. Capitals and hyphens do not matter.",
    receipts_button="Show my feedback",
    receipts_missing="Enter your receipt code",
    receipts_unknown="There is no receipt with this code: check each letter and figure",
    receipt_title="Your feedback about {service}",
    receipt_code="Receipt",
    step_received="Received",
    step_received_on="We received it on {date}.",
    step_read="Read and understood",
    step_read_waiting="It will be read shortly.",
    step_read_alone="It has been read. Nobody else has said quite the same so far.",
    step_understood="We understood it as:",
    step_team="With the team",
    step_team_waiting="The team sees it once it is understood.",
    step_done="What was done",
    step_done_waiting="Nothing to tell yet. Come back to this page whenever you like.",
    state_done="done",
    state_now="now",
    state_later="to come",
    status_open="The team can see it",
    status_acknowledged="The team has looked at it",
    status_in_progress="The team is working on it",
    status_resolved="The team says this is resolved",
    status_archived="The team has closed this",
    not_fixed_title="Is it still wrong?",
    not_fixed_lead="Tell us if you still see the problem. It counts as a new report.",
    not_fixed_button="It is not fixed",
    not_fixed_noted="Thank you. We have told the team that it is not fixed for you.",
    take_back_title="Take your feedback back",
    take_back_lead="What you said is deleted, with any contact you left. This cannot be undone.",
    take_back_button="Yes, delete my feedback",
    taken_back="You have taken this feedback back. What you said has been deleted.",
    kept_no_longer="Feedback is kept for a limited time. When that was over, what you said was deleted.",
    ours_title="You said, we did: {service}",
    ours_lead="What people told us, and what the team changed because of it.",
    ours_none="Nothing has been published yet.",
    ours_said="You said",
    ours_did="We did",
    ours_reports="{count} reports.",
    ours_fell="Reports fell by {percent} % afterwards.",
    ours_data="Download as data (CSV)",
    ours_feed="Follow as a feed (Atom)",
    ours_tell="Tell us what you think",
    not_found_title="Page not found",
    not_found_text="If you typed a receipt code, check each letter and figure.",
    expired_title="Nothing to do here",
    expired_text="This feedback cannot be changed any more.",
    too_many_title="Too much at once",
    too_many_text="We had a great deal from your connection just now. Wait a minute and send it again.",
    too_large_title="That is too long",
    too_large_text="Go back and shorten what you wrote.",
    unavailable_title="Sorry, this does not work at the moment",
    unavailable_text="Your feedback was not stored. Try again in a few minutes.",
    wrong_title="Sorry, something went wrong",
    wrong_text="Go back and try again.",
)

WELSH = Translation(
    code="cy",
    name="Cymraeg",
    months=(
        *("Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin"),
        *("Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr"),
    ),
    skip="Neidio i'r prif gynnwys",
    in_other_language="Iaith",
    footer="Nid oes cwcis ar y tudalennau hyn, ac nid ydym yn dilyn neb.",
    run_by="{organisation} sy'n rhedeg y gwasanaeth hwn.",
    privacy_contact="Cwestiynau am eich preifatrwydd: {contact}",
    form_title="Dywedwch wrthym am {service}",
    form_lead="Beth aeth yn dda, beth aeth o'i le, beth ddylai newid? Nid oes angen cyfrif arnoch.",
    form_danger="Nid oes neb yn gwylio'r dudalen hon ddydd a nos. Os oes rhywun mewn perygl, ffoniwch 999.",
    message_label="Eich adborth",
    message_hint="Peidiwch â rhoi enwau, cyfeiriadau na rhifau. Caiff y rhain eu tynnu cyn i neb ddarllen eich neges.",
    contact_label="Cyfeiriad e-bost neu rif ffôn symudol (dewisol)",
    contact_hint="Dim ond os hoffech glywed beth ddaeth ohono.",
    consent="Drwy lenwi hwn rydych yn cytuno i ni ysgrifennu atoch unwaith, pan gaiff ei ddatrys. Yna caiff ei ddileu.",
    leave_empty="Gadewch y maes hwn yn wag",
    send="Anfon adborth",
    error_prefix="Gwall: ",
    errors_title="Mae problem",
    message_missing="Rhowch eich adborth",
    message_too_long="Rhaid i'ch adborth fod yn {limit} nod neu lai",
    contact_wrong="Rhowch un cyfeiriad e-bost neu un rhif ffôn, fel enw@example.com neu 07700 900123",
    contact_too_long="Rhaid i'r cyfeiriad e-bost neu'r rhif fod yn 200 nod neu lai",
    thanks_title="Diolch, mae eich adborth wedi ein cyrraedd",
    thanks_lead="Mae'n mynd at y bobl sy'n rhedeg {service}.",
    thanks_receipt="Eich derbynneb",
    thanks_keep="Cadwch y cod hwn i weld beth ddaeth o'ch adborth neu ei dynnu'n ôl. Ni allwn chwilio amdano i chi.",
    thanks_follow="Gweld ble mae eich adborth",
    thanks_more="Dweud rhywbeth arall wrthym",
    receipts_title="Beth ddaeth o'ch adborth?",
    receipts_label="Cod eich derbynneb",
    receipts_hint="16 o lythrennau a rhifau, fel 7K3M-Q2ZD-98VX-4HTN. Nid yw priflythrennau a chysylltnodau o bwys.",
    receipts_button="Dangos fy adborth",
    receipts_missing="Rhowch god eich derbynneb",
    receipts_unknown="Nid oes derbynneb â'r cod hwn: gwiriwch bob llythyren a rhif",
    receipt_title="Eich adborth am {service}",
    receipt_code="Derbynneb",
    step_received="Wedi'i dderbyn",
    step_received_on="Cawsom eich adborth ar {date}.",
    step_read="Wedi'i ddarllen a'i ddeall",
    step_read_waiting="Bydd yn cael ei ddarllen cyn bo hir.",
    step_read_alone="Mae wedi'i ddarllen. Nid oes neb arall wedi dweud yr un peth hyd yn hyn.",
    step_understood="Rydym wedi ei ddeall fel hyn:",
    step_team="Gyda'r tîm",
    step_team_waiting="Bydd y tîm yn ei weld pan fydd wedi'i ddeall.",
    step_done="Beth a wnaed",
    step_done_waiting="Dim i'w ddweud eto. Dewch yn ôl i'r dudalen hon unrhyw bryd.",
    state_done="wedi'i wneud",
    state_now="nawr",
    state_later="i ddod",
    status_open="Gall y tîm ei weld",
    status_acknowledged="Mae'r tîm wedi edrych arno",
    status_in_progress="Mae'r tîm yn gweithio arno",
    status_resolved="Mae'r tîm yn dweud bod hyn wedi'i ddatrys",
    status_archived="Mae'r tîm wedi cau hyn",
    not_fixed_title="A yw'n dal o'i le?",
    not_fixed_lead="Dywedwch wrthym os ydych yn dal i weld y broblem. Mae'n cyfrif fel adroddiad newydd.",
    not_fixed_button="Nid yw wedi'i drwsio",
    not_fixed_noted="Diolch. Rydym wedi dweud wrth y tîm nad yw wedi'i drwsio i chi.",
    take_back_title="Tynnu eich adborth yn ôl",
    take_back_lead="Caiff yr hyn a ddywedoch ei ddileu, ynghyd ag unrhyw fanylion cyswllt. Nid oes modd dadwneud hyn.",
    take_back_button="Ie, dileu fy adborth",
    taken_back="Rydych wedi tynnu'r adborth hwn yn ôl. Mae'r hyn a ddywedoch wedi'i ddileu.",
    kept_no_longer="Am gyfnod penodol y cedwir adborth. Pan ddaeth i ben, cafodd yr hyn a ddywedoch ei ddileu.",
    ours_title="Dywedoch chi, gwnaethom ni: {service}",
    ours_lead="Beth ddywedodd pobl wrthym, a beth newidiodd y tîm oherwydd hynny.",
    ours_none="Nid oes dim wedi'i gyhoeddi eto.",
    ours_said="Dywedoch chi",
    ours_did="Gwnaethom ni",
    ours_reports="{count} o adroddiadau.",
    ours_fell="Bu {percent} % yn llai o adroddiadau wedyn.",
    ours_data="Lawrlwytho fel data (CSV)",
    ours_feed="Dilyn fel ffrwd (Atom)",
    ours_tell="Dywedwch eich barn wrthym",
    not_found_title="Heb ddod o hyd i'r dudalen",
    not_found_text="Os teipioch god derbynneb, gwiriwch bob llythyren a rhif.",
    expired_title="Dim i'w wneud yma",
    expired_text="Ni ellir newid yr adborth hwn mwyach.",
    too_many_title="Gormod ar unwaith",
    too_many_text="Cawsom lawer iawn o'ch cysylltiad chi yn awr. Arhoswch funud a'i anfon eto.",
    too_large_title="Mae hynny'n rhy hir",
    too_large_text="Ewch yn ôl a chwtogi'r hyn a ysgrifennoch.",
    unavailable_title="Mae'n ddrwg gennym, nid yw hyn yn gweithio ar hyn o bryd",
    unavailable_text="Ni chafodd eich adborth ei gadw. Rhowch gynnig arall arni ymhen ychydig funudau.",
    wrong_title="Mae'n ddrwg gennym, aeth rhywbeth o'i le",
    wrong_text="Ewch yn ôl a rhoi cynnig arall arni.",
)

TRANSLATIONS: Mapping[str, Translation] = MappingProxyType({wording.code: wording for wording in (ENGLISH, WELSH)})
