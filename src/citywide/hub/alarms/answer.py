"""Answering alarms: each response is asked once; its commands and their evidence are one transaction."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import structlog
from msgspec import Struct
from psycopg import Connection, OperationalError
from psycopg.types.json import Jsonb

from citywide.hub.alarms.city_now import CityNow
from citywide.hub.cases.by_itself import close_because
from citywide.hub.cases.desk import CaseDesk
from citywide.hub.database.pool import Database, rows
from citywide.hub.database.queries import sql
from citywide.hub.entities.registry import entity_from_row
from citywide.hub.evidence.write import witness
from citywide.hub.vocabulary.affairs import Alarm
from citywide.hub.vocabulary.commands import CloseCase, Command, Note, Notify, OpenCase, Publish, Tell
from citywide.hub.vocabulary.events import Event
from citywide.hub.vocabulary.system import City, Listener, Response
from citywide.hub.vocabulary.words import Words
from citywide.kit.clock import Clock
from citywide.kit.text import Text

AT_ONCE = 10
log = structlog.get_logger()


class Responder(Struct, frozen=True):
    """Asks the systems what an alarm calls for, and carries it out."""

    database: Database
    words: Words
    desk: CaseDesk
    clock: Clock

    def answer_all(self) -> None:
        """Answer every alarm that waits; safe to run at several workers at once."""
        while self.answer_some():
            pass

    def answer_some(self) -> bool:
        """Answer some alarms; whether more may be waiting."""
        return all(self._answer_one() for _ in range(AT_ONCE))

    def _answer_one(self) -> bool:
        with self.database.transaction() as connection:
            found = rows(connection, sql("unanswered_alarms"))
            if found:
                self._answer(connection, found[0])
            return bool(found)

    def _answer(self, connection: Connection, row: dict[str, Any]) -> None:
        alarm = _alarm(row)
        if not row["answered_raise"]:
            self._respond(connection, alarm, self.words.on_raised)
            connection.execute(sql("answered_raise"), {"id": alarm.id})
        if alarm.cleared is not None:
            self._respond(connection, alarm, self.words.on_cleared)
            connection.execute(sql("answered_clear"), {"id": alarm.id})

    def _respond(self, connection: Connection, alarm: Alarm, responses: Mapping[str, Response]) -> None:
        if alarm.rule in responses:
            self._ask(connection, responses[alarm.rule], alarm, alarm)

    def _ask(self, connection: Connection, answer: Listener, heard: Alarm | Event, alarm: Alarm) -> None:
        """An answer that fails takes only itself back; the alarm stands and says that nobody was sent."""
        try:
            with connection.transaction():
                for command in answer(heard, CityNow(connection)):
                    self.carry_out(connection, command, alarm)
        except OperationalError:  # the database's trouble, not the answer's: the alarm stays unanswered and waits
            raise
        except Exception as error:
            log.exception("response_failed", rule=alarm.rule, alarm=alarm.id)
            says = Text(f"no answer to alarm {alarm.id}: {error}", f"告警 {alarm.id} 未能自动处置：{error}")
            witness(connection, "fault", says, department=alarm.about.department, at=self.clock.now())

    def carry_out(self, connection: Connection, command: Command, alarm: Alarm) -> None:
        """Do what was yielded."""
        now = self.clock.now()
        match command:
            case OpenCase():
                self.desk.open(connection, command, now)
            case CloseCase():
                close_because(self.desk, connection, command.because, command.note, now)
            case Notify() | Tell():
                _message(connection, command, alarm, now)
            case Note():
                department = alarm.about.department
                witness(connection, command.kind, command.says, department=department, at=now, facts=command.facts)
            case Publish():
                self._publish(connection, command.event, now)

    def _publish(self, connection: Connection, event: Event, now: datetime) -> None:
        """Tell those who listen; they may act, but what they do is not news again."""
        witness(connection, "event", event.says, department=event.alarm.about.department, at=now)
        for listener in self.words.listeners[type(event)]:
            self._ask(connection, _acting_only(listener), event, event.alarm)


def _acting_only(listener: Listener) -> Listener:
    def answer(event: Event, city: City) -> Iterator[Command]:
        for command in listener(event, city):
            if isinstance(command, Publish):
                raise TypeError(f"a listener to {type(event).__name__} publishes: events would go round in circles")
            yield command

    return answer


def _message(connection: Connection, command: Notify | Tell, alarm: Alarm, at: datetime) -> None:
    """An order goes to a device or a unit, a notice to those who hold a role in a department."""
    if isinstance(command, Tell):
        kind, department, says = "order", alarm.about.department, Text(command.order, command.order)
        told = {"role": None, "entity": command.entity, "facts": Jsonb(dict(command.values))}
    else:
        kind, department, says = "notice", command.department, command.says
        told = {"role": command.role, "entity": None, "facts": Jsonb({})}
    said = {"at": at, "department": department, "says": Jsonb({"en": says.en, "zh": says.zh})}
    connection.execute(sql("put_message"), {**told, **said})
    witness(connection, kind, says, department=department, at=at)


def _alarm(row: dict[str, Any]) -> Alarm:
    says = Text(row["says"]["en"], row["says"]["zh"])
    about = entity_from_row(row | {"id": row["entity_id"]})
    return Alarm(
        row["id"], row["rule"], row["severity"], about, row["raised"], row["value"], says,
        row["acknowledged"], row["cleared"],
    )  # fmt: skip
