"""Mail through the portal, talked through with hand-given answers."""

from __future__ import annotations

import base64

import pytest

from b24sync.errors import MailInDoubtError, MailPermanentError, PermanentError
from b24sync.mail.portal_transport import PortalTransport, send_talk
from b24sync.ports import Answer, Attachment, MailReceipt, OnLostAnswer, Read, SaveMemory, Write
from tests.support.mail import outgoing

MARKER = "b24sync:17"
FROM = "Счета, ООО «Ромашка» <billing@example.ru>"


class Portal:
    """Activities as the portal keeps them: an e-mail is stored before it is sent, even in vain."""

    def __init__(self, *, refuse="", keeps=True, read_error="", delete_error=""):
        self.activities, self.sent, self.told = [], [], []
        self.kept, self.dies_at_read_after_write = {}, False
        self.refuse, self.keeps, self.read_error, self.delete_error = refuse, keeps, read_error, delete_error

    def read(self, call):
        if call.method == "profile":
            return Answer(call, result={"ID": "1", "ADMIN": True})
        assert call.method == "crm.activity.list"
        if self.read_error:
            return Answer(call, error=PermanentError(self.read_error, method=call.method))
        return Answer(call, result=list(self.activities))  # as a portal that ignores the filter

    def write(self, call):
        self.told.append(call)
        if call.method == "crm.activity.delete":
            if self.delete_error:
                return Answer(call, error=PermanentError(self.delete_error, method=call.method))
            self.activities = [row for row in self.activities if row["ID"] != str(call.params["id"])]
            return Answer(call, result=True)
        number = 900 + len(self.activities)
        if self.keeps:
            self.activities.append({"ID": str(number), "ORIGIN_ID": call.params["fields"]["ORIGIN_ID"]})
        if self.refuse:
            return Answer(call, error=PermanentError(self.refuse, method=call.method))
        self.sent.append(call.params["fields"])
        return Answer(call, result=number)


def run_mail(portal, one, **options):
    """Run a generator to its end as the engine does; returns its result and the effects it named."""
    talking, reply, effects = send_talk(one, **({"from_": FROM} | options)), None, []
    while True:
        try:
            effect = talking.send(reply)
        except StopIteration as end:
            return end.value, effects
        if isinstance(effect, SaveMemory):
            portal.kept, reply = dict(effect.memory), None
        elif isinstance(effect, Read):
            if portal.dies_at_read_after_write and portal.told:
                return None, effects
            reply = [portal.read(call) for call in effect.calls]
        else:
            assert isinstance(effect, Write)
            effects.append((effect.call.method, effect.on_lost_answer))
            reply = portal.write(effect.call)


def bound(**changes):
    return outgoing(
        **({"owner": (31, 512), "contact": (3, 8), "responsible_id": 7, "marker": MARKER} | changes)
    )


def test_the_portal_is_asked_to_send_at_once_with_everything_it_needs():
    portal = Portal()
    pdf = Attachment("Счёт № 512.pdf", b"%PDF\x00\xff")
    result, effects = run_mail(
        portal, bound(attachments=(pdf,), subject="Счёт\r\nBcc: x", cc=("Пётр <petr@client.ru>",))
    )
    (fields,) = portal.sent
    assert result == MailReceipt("activity 900", ("anna@client.ru", "petr@client.ru"))
    assert effects == [("crm.activity.add", OnLostAnswer.ONCE)]
    assert (fields["OWNER_TYPE_ID"], fields["OWNER_ID"]) == (31, 512)
    assert (fields["TYPE_ID"], fields["DIRECTION"], fields["COMPLETED"]) == (4, 2, "Y")
    assert (fields["ORIGINATOR_ID"], fields["ORIGIN_ID"]) == ("b24sync", MARKER)
    assert fields["SETTINGS"]["MESSAGE_FROM"] == "Счета ООО «Ромашка» <billing@example.ru>"
    assert fields["RESPONSIBLE_ID"] == 7
    assert fields["SUBJECT"] == "Счёт Bcc: x"
    assert (fields["DESCRIPTION"], fields["DESCRIPTION_TYPE"]) == ("<p>Здравствуйте!</p>", 3)
    assert fields["COMMUNICATIONS"][0] == {
        "VALUE": "anna@client.ru",
        "ENTITY_ID": 8,
        "ENTITY_TYPE_ID": 3,
        "TYPE": "EMAIL",
    }
    name, content = fields["FILES"][0]["fileData"]
    assert (name, base64.b64decode(content)) == ("Счёт № 512.pdf", pdf.content)


def test_a_mail_that_the_portal_has_already_is_never_sent_again():
    portal = Portal()
    run_mail(portal, bound())
    again, effects = run_mail(portal, bound())
    assert again.server_words == "was already sent as activity 900"
    assert effects == []
    assert len(portal.sent) == 1


@pytest.mark.parametrize("posting", ["0", None, ""])
def test_a_mail_that_the_portal_made_no_posting_of_is_in_doubt_and_not_sent_again(posting):
    portal = Portal()
    portal.activities = [{"ID": "900", "ORIGIN_ID": MARKER, "ASSOCIATED_ENTITY_ID": posting}]
    with pytest.raises(MailInDoubtError, match="activity 900") as caught:
        run_mail(portal, bound())
    assert "b24sync cancel ID" in caught.value.remedy
    assert portal.told == []
    portal.activities[0]["ASSOCIATED_ENTITY_ID"] = "17"
    assert run_mail(portal, bound())[0].server_words == "was already sent as activity 900"


def test_activities_with_other_markers_do_not_count():
    portal = Portal()
    portal.activities = [{"ID": "1", "ORIGIN_ID": "b24sync:170"}, {"ID": "2", "ORIGIN_ID": None}]
    run_mail(portal, bound())
    assert len(portal.sent) == 1


def test_an_activity_left_by_a_failed_send_is_deleted_and_the_portals_words_are_told():
    portal = Portal(refuse='Email send error. "From" is not found.')
    with pytest.raises(MailPermanentError) as caught:
        run_mail(portal, bound())
    assert portal.activities == []
    assert '"From" is not found' in str(caught.value)
    assert "mail.from" in caught.value.remedy


def test_an_activity_whose_sending_failed_is_never_taken_for_a_sent_mail_after_a_lost_look_up():
    portal = Portal(refuse='Email send error. "From" is not found.')
    portal.dies_at_read_after_write = True
    run_mail(portal, bound())
    portal.dies_at_read_after_write = False
    with pytest.raises(MailPermanentError, match='"From" is not found') as caught:
        run_mail(portal, bound(kept=portal.kept))
    assert "mail.from" in caught.value.remedy
    assert portal.activities == []
    portal.refuse = ""
    result, _ = run_mail(portal, bound(kept=portal.kept))  # a person has corrected it and tries again
    assert (result.server_words, len(portal.sent)) == ("activity 900", 1)
    assert portal.kept == {}


def test_an_activity_that_could_not_be_deleted_is_no_sent_mail_later_either():
    portal = Portal(refuse="Email send error. General error.", delete_error="Access denied.")
    for _ in range(2):
        with pytest.raises(MailPermanentError, match="delete the activity 900"):
            run_mail(portal, bound(kept=portal.kept))
    assert portal.sent == []


def test_an_activity_that_cannot_be_deleted_is_named():
    portal = Portal(refuse="Email send error. General error.", delete_error="Access denied.")
    with pytest.raises(MailPermanentError, match="delete the activity 900 in the portal"):
        run_mail(portal, bound())


def test_a_refusal_before_anything_was_made_deletes_nothing():
    portal = Portal(refuse="Access denied.", keeps=False)
    with pytest.raises(MailPermanentError, match="Access denied"):
        run_mail(portal, bound())
    assert [call.method for call in portal.told] == ["crm.activity.add"]


def test_nothing_is_sent_if_the_portal_does_not_show_whether_it_was_sent_before():
    portal = Portal(read_error="Access denied.")
    with pytest.raises(MailPermanentError, match="sent before"):
        run_mail(portal, bound())
    assert portal.told == []


def test_text_alone_becomes_html_with_the_crms_text_escaped():
    portal = Portal()
    run_mail(portal, bound(html="", text="Долг <b> & пени\n\nhttps://example.ru/1"))
    assert "Долг &lt;b&gt; &amp; пени" in portal.sent[0]["DESCRIPTION"]
    assert '<a href="https://example.ru/1"' in portal.sent[0]["DESCRIPTION"]
    assert portal.sent[0]["DESCRIPTION_TYPE"] == 3


def test_without_a_contact_the_mail_is_with_its_owner():
    portal = Portal()
    run_mail(portal, bound(contact=None))
    with_whom = portal.sent[0]["COMMUNICATIONS"][0]
    assert (with_whom["ENTITY_TYPE_ID"], with_whom["ENTITY_ID"]) == (31, 512)


def test_a_mail_of_what_nobody_answers_for_is_the_webhook_owners():
    portal = Portal()
    run_mail(portal, bound(responsible_id=None))
    assert portal.sent[0]["RESPONSIBLE_ID"] == 1


def test_a_redirected_mail_goes_elsewhere_and_shows_for_whom_it_was():
    portal = Portal()
    result, _ = run_mail(portal, bound(), redirect_to="stage@example.ru")
    assert result.recipients == ("stage@example.ru",)
    assert [one["VALUE"] for one in portal.sent[0]["COMMUNICATIONS"]] == ["stage@example.ru"]
    assert "это письмо для anna@client.ru" in portal.sent[0]["DESCRIPTION"]


@pytest.mark.parametrize(
    "changes",
    [
        {"bcc": ("boss@example.ru",)},
        {"owner": None},
        {"marker": ""},
        {"to": ("nobody",)},
        {"attachments": (Attachment("a.pdf", b"x" * 19_000_000),)},
    ],
)
def test_a_letter_that_cannot_go_this_way_asks_the_portal_nothing(changes):
    portal = Portal()
    with pytest.raises(MailPermanentError) as caught:
        run_mail(portal, bound(**changes))
    assert caught.value.remedy
    assert portal.told == []


def test_the_transport_keeps_sender_and_redirection():
    talking = PortalTransport(from_=FROM, redirect_to="stage@example.ru").send_talk(bound())
    next(talking)
    effect = talking.send([Answer(None, result=[])])
    assert effect.call.params["fields"]["COMMUNICATIONS"][0]["VALUE"] == "stage@example.ru"
