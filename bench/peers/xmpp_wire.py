"""The client side of the XMPP servers: plain TCP, SASL PLAIN, one resource, roster asked for, presence sent."""

from base64 import b64encode

from bench.floor import TEXT
from bench.load import Plan

from .parts import Work

HOST, PASSWORD = "localhost", "pw"
HEADER = (
    f"<?xml version='1.0'?><stream:stream to='{HOST}' xmlns='jabber:client'"
    " xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
)
BIND = "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>"
ROSTER = "<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>"
ACKED, ACK = "<enable xmlns='urn:xmpp:sm:3'/>", "<r xmlns='urn:xmpp:sm:3'/>"
FEATURES = "</stream:features>"
COMES = "<status>in</status>"
"""In the presence of those who come in the rows `connect` and `cycle`, so that it is told from others' presence."""


def jid(person: int) -> str:
    """The address of person 7 is p7@localhost."""
    return f"p{person}@{HOST}"


def auth(person: int) -> str:
    """SASL PLAIN in one step."""
    secret = b64encode(f"\0p{person}\0{PASSWORD}".encode()).decode()
    return f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>"


def message(_: int, receiver: int) -> list[str]:
    """A message, and the question how far the server has come (XEP-0198), in one write."""
    words = f"<message type='chat' to='{jid(receiver)}' id='b-########'><body>{TEXT}</body></message>"
    return [words + ACK]


def typing(_: int, receiver: int) -> list[str]:
    """Chat states (XEP-0085)."""
    states = [f"<{word} xmlns='http://jabber.org/protocol/chatstates'/>" for word in ("composing", "paused")]
    return [f"<message type='chat' to='{jid(receiver)}'>{state}</message>" for state in states]


def presence(_: int, __: int) -> list[str]:
    """Two kinds of being here."""
    return [f"<presence><show>{show}</show></presence>" for show in ("away", "dnd")]


def read(_: int, author: int) -> list[str]:
    """A displayed marker (XEP-0333) that asks to be archived (XEP-0334), and the question how far the server is."""
    marker = "<displayed xmlns='urn:xmpp:chat-markers:0' id='b-########'/><store xmlns='urn:xmpp:hints'/>"
    return [f"<message type='chat' to='{jid(author)}'>{marker}</message>{ACK}"]


WORK = {
    "message": Work(b"<a ", b"<body>", message),
    "typing": Work(b"", b"http://jabber.org/protocol/chatstates", typing),
    # Who changes their presence gets it too, as every contact does.
    "presence": Work(b"<show>", b"<show>", presence),
    "cycle": Work(b"", b"<presence ", presence),
    "read": Work(b"<a ", b"urn:xmpp:chat-markers:0", read),
    "connect": Work(b"", COMES.encode(), presence),
}


class XMPPWire:
    """RFC 6120 and 6121."""

    def plan(self, port: int) -> Plan:
        """The servers send no pings."""
        return Plan(port)

    def socket(self, plan: Plan, person: int, row: str, *, acts: bool) -> int:
        """Open when the server has sent the person their own presence. Who sends what is stored has it acknowledged."""
        acked = [("text", ACKED), ("wait", "<enabled")] if row in ("message", "read") and acts else []
        comes = row in ("connect", "cycle") and acts
        here = f"<presence>{COMES}</presence>" if comes else "<presence/>"
        last = [("wait", COMES)] if comes else []
        return plan.conn(
            ("text", HEADER), ("wait", FEATURES), ("text", auth(person)), ("wait", "<success"),
            ("text", HEADER), ("wait", FEATURES), ("text", BIND), ("wait", "</jid>"),
            ("text", ROSTER), ("wait", "jabber:iq:roster"), *acked,
            ("text", here), ("wait", f"from='{jid(person)}/r'"), *last,
            ws=False,
        )  # fmt: skip

    def work(self, row: str) -> Work:
        """See `Wire`."""
        return WORK[row]
