"""What a process outside sends in OpenTelemetry's protocol, with who sends it."""

from dataclasses import dataclass

MAX_BODY_BYTES = 4 << 20
OPERATOR_SENDER = "*"


@dataclass(frozen=True, slots=True)
class OtlpRequest:
    """`content` in the form `kind`; `owner` is the token's name, `sender` its team, or `*` for an operator's.

    `applications` are those that it may speak for, `services` those whose names no other team's application has; an
    operator may speak for all.
    """

    content: bytes
    kind: str
    owner: str
    sender: str
    applications: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    def may_name(self, application: str) -> bool:
        return self.sender == OPERATOR_SENDER or application in self.applications

    def column(self, application: str, service: str) -> str:
        """The application that a log line is stored under: never one that another team owns."""
        if application:
            return application
        own = self.sender == OPERATOR_SENDER or service in self.applications or service in self.services
        return service if own else ""
