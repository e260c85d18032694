"""A period published: everything is checked and shown first."""

from kaoping.commands.asked import read_written
from kaoping.office.period.readiness import readiness
from kaoping.office.publications import NotAsShown, publish_period
from kaoping.reports.period.readiness import readiness_page
from kaoping.reports.publications import published_page
from kaoping.web.desk import Inquiry, View, month_path
from kaoping.web.filled import Filled, is_stale
from kaoping.web.forms.blank import Blank, Field, by_field, form_view, head_of, objected
from kaoping.web.pages.leading import leads_to_units
from ledger.sentences import LedgerMoved, UserError


def checks(inquiry: Inquiry, period: str) -> View:
    """What would be published, what speaks against it, and the form."""
    return _checks(inquiry, period, Filled(fields={}), provisional=inquiry.provisional)


def _checks(inquiry: Inquiry, period: str, filled: Filled, *, provisional: bool, stale: bool = False) -> View:
    language, head, name = inquiry.language, head_of(inquiry), read_written(period)
    say = language.say
    told = readiness(inquiry.session(), name, provisional=provisional)
    accepted = filled.every("accept")
    fields = [
        *(
            Field(name="accept", kind="tick", label=say("In spite of this: {why}", why=language.tell(one.why)),
                options=[(one.name, "")], value="1" if one.name in accepted else "")
            for one in told.against
        ),
        Field(name="document", label=say("document number of the notice"), value=filled.one("document")),
        by_field(language, inquiry, filled.one("by")),
        Field(name="provisional", kind="hidden", value="1" if provisional else ""),
        Field(name="shown", kind="hidden", value=told.issue.digest),
    ]  # fmt: skip
    form = Blank(
        action=inquiry.link(f"/publish/{name}", provisional=None),
        fields=fields,
        button=say("Publish {period}", period=name),
        head=head,
    )
    view = View(title=say("Publish {period}: what is checked first", period=name), body=readiness_page(language, told),
        period=name, stamps=told.issue.scoring.stamps, leads_unit=leads_to_units(inquiry, name, told.issue.sheets))  # fmt: skip
    return form_view(view, form, stale=stale, language=language)


def publish(inquiry: Inquiry, filled: Filled, period: str) -> View:
    """The period published, if the ledger is still what was checked."""
    provisional, name = bool(filled.one("provisional")), read_written(period)
    if is_stale(inquiry.desk, filled):
        return _checks(inquiry, period, filled, provisional=provisional, stale=True)
    session = inquiry.session(writes=True, by=filled.one("by"), since=filled.since)
    accept = filled.every("accept")
    try:
        told = publish_period(
            session, name, provisional=provisional, document=filled.one("document") or None, accept=accept,
            shown=filled.one("shown"),
        )  # fmt: skip
    except (LedgerMoved, NotAsShown):
        return _checks(inquiry, period, filled, provisional=provisional, stale=True)
    except UserError as error:
        return objected(_checks(inquiry, period, filled, provisional=provisional), error, session.language)
    say = session.language.say
    return View(
        title=say("Published: {period}", period=name), body=published_page(session.language, told), period=name,
        links=[(say("overview"), inquiry.link(month_path(name))), (say("publications"), inquiry.link("/published"))],
    )  # fmt: skip
