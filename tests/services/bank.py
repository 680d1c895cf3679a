"""Files of a bank for tests: camt.053 in both versions that are read, with what the test wants in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

OURS = "EE290000000020275001"
THEIRS = "DE89370400440532013000"
OLD, NEW = "camt.053.001.02", "camt.053.001.08"


@dataclass(frozen=True)
class Paid:
    """An entry of a statement."""

    amount: str = "108.00"
    reference: str = ""
    text: str = ""
    ours: str = ""  # the bank's own reference
    payer: str = "Ana Ilves"
    iban: str = THEIRS
    day: str = "2027-03-26"
    sign: str = "CRDT"
    status: str = "BOOK"
    currency: str = "EUR"
    back: bool = False
    end_to_end: str = "NOTPROVIDED"

    def but(self, **more: object) -> Paid:
        return replace(self, **more)  # type: ignore[arg-type]


def detail(one: Paid, version: str, amount: bool) -> str:
    name = f"<Nm>{escape(one.payer)}</Nm>"
    party = f"<Pty>{name}</Pty>" if version == NEW else name
    side = "Dbtr" if one.sign == "CRDT" else "Cdtr"
    value = f'<Amt Ccy="{one.currency}">{one.amount}</Amt>'
    if amount and version == OLD:
        value = f"<AmtDtls><TxAmt>{value}</TxAmt></AmtDtls>"
    strd = f"<Strd><CdtrRefInf><Ref>{escape(one.reference)}</Ref></CdtrRefInf></Strd>" if one.reference else ""
    ustrd = f"<Ustrd>{escape(one.text)}</Ustrd>" if one.text else ""
    return (
        f"<TxDtls><Refs><EndToEndId>{one.end_to_end}</EndToEndId></Refs>{value if amount else ''}"
        f"<RltdPties><{side}>{party}</{side}><{side}Acct><Id><IBAN>{one.iban}</IBAN></Id></{side}Acct></RltdPties>"
        f"<RmtInf>{ustrd}{strd}</RmtInf></TxDtls>"
    )


def entry(one: Paid, version: str = OLD, parts: list[Paid] | None = None, told: bool = True) -> str:
    """An entry; `parts`: the bank booked these as one, and tells the amount of each or not."""
    status = f"<Sts><Cd>{one.status}</Cd></Sts>" if version == NEW else f"<Sts>{one.status}</Sts>"
    ours = f"<AcctSvcrRef>{one.ours}</AcctSvcrRef>" if one.ours else ""
    details = "".join(detail(part, version, told) for part in parts) if parts else detail(one, version, False)
    return (
        f'<Ntry><Amt Ccy="{one.currency}">{one.amount}</Amt><CdtDbtInd>{one.sign}</CdtDbtInd>'
        f"{'<RvslInd>true</RvslInd>' if one.back else ''}{status}<BookgDt><Dt>{one.day}</Dt></BookgDt>"
        f"<ValDt><Dt>{one.day}</Dt></ValDt>{ours}<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>"
        f"<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def wrapped(inside: str, version: str = OLD, account: str = OURS) -> bytes:
    """A file with one statement."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}">'
        f"<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId><CreDtTm>2027-03-27T06:00:00</CreDtTm></GrpHdr><Stmt><Id>S</Id>"
        f"<CreDtTm>2027-03-27T06:00:00</CreDtTm><Acct><Id><IBAN>{account}</IBAN></Id></Acct>"
        f"\n{inside}\n</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def file(*paid: Paid, version: str = OLD, account: str = OURS) -> bytes:
    """A statement with these entries."""
    return wrapped("\n".join(entry(one, version) for one in paid), version, account)
