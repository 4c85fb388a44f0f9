"""The little of SOAP that a vCenter needs: requests are read as XML, answers and faults written as vim25 wants them."""

# mypy: allow-untyped-calls
# (pyvmomi says that it is typed, and is not)

from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree  # of our own client, on a loopback port

from pyVmomi import SoapAdapter, VmomiSupport

from hub_vmware.readings import kind_of

_VERSION = "vim.version.version12"
_BODY = "{http://schemas.xmlsoap.org/soap/envelope/}Body"
_START = '<?xml version="1.0" encoding="UTF-8"?>\n' + SoapAdapter.SOAP_ENVELOPE_START + SoapAdapter.SOAP_BODY_START
_END = SoapAdapter.SOAP_BODY_END + SoapAdapter.SOAP_ENVELOPE_END


@dataclass(frozen=True)
class Asked:
    """A method, on what, and its arguments."""

    method: str
    this: str
    arguments: ElementTree.Element

    def text(self, path: str) -> str:
        """Return the text of an argument, such as `options/maxWaitSeconds`; "" when it is not there."""
        return self.arguments.findtext(path, "", {"": "urn:vim25"}) or ""

    def texts(self, path: str) -> list[str]:
        """Return the texts of an argument that may be there several times."""
        return [element.text or "" for element in self.arguments.findall(path, {"": "urn:vim25"})]


def read(body: bytes) -> Asked:
    """Read a request. Raises ValueError when it is none."""
    try:
        envelope = ElementTree.fromstring(body)  # noqa: S314  # of our own client, on a loopback port
    except ElementTree.ParseError as error:
        raise ValueError("not XML") from error
    found = envelope.find(_BODY)
    if found is None or len(found) != 1:
        raise ValueError("not SOAP")
    method = found[0]
    return Asked(method.tag.rpartition("}")[2], method.findtext("_this", "", {"": "urn:vim25"}) or "", method)


def answer(method: str, value: Any = None, kind: Any = object) -> bytes:
    """Write what a method returns."""
    returned = "" if value is None else _written(value, kind)
    return f'{_START}<{method}Response xmlns="urn:vim25">{returned}</{method}Response>{_END}'.encode()


def fault(value: Any, words: str) -> bytes:
    """Write a fault."""
    name = f"{kind_of(value)}Fault"
    inner = SoapAdapter.SerializeFaultDetail(value, _info(name, type(value)), _VERSION, SoapAdapter.SOAP_NSMAP)
    detail = inner.replace(f"<{name}", f'<{name} xmlns="urn:vim25"', 1)
    said = SoapAdapter.XmlEscape(words)
    inside = f"<faultcode>ServerFaultCode</faultcode><faultstring>{said}</faultstring><detail>{detail}</detail>"
    return f"{_START}<soapenv:Fault>{inside}</soapenv:Fault>{_END}".encode()


def _written(value: Any, kind: Any) -> str:
    return str(SoapAdapter.SerializeToStr(value, _info("returnval", kind), _VERSION, SoapAdapter.SOAP_NSMAP))


def _info(name: str, kind: Any) -> Any:
    return VmomiSupport.Object(name=name, type=kind, version=_VERSION, flags=0)
