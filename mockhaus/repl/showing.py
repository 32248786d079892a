"""What statements answer, shown on the screen."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from mockhaus.client.answers import Answer, Row
from mockhaus.client.outcomes import Outcome, Speech
from mockhaus.repl.screen import Screen, counted


def show(
    screen: Screen,
    talk: Speech,
    outcome: Outcome,
    heads: Sequence[str] = (),
    shown: Sequence[Row] = (),
) -> Sequence[Row]:
    """Show an outcome, of a listing some columns; its first rows, or those that were shown before
    where it has none."""
    for piece in outcome.data:
        screen.line(piece.decode(errors="replace").rstrip("\n"))
    if outcome.wants_data:
        talk.sent("the data of COPY FROM STDIN come by \\copy")
    if outcome.answer is None:
        if outcome.tag:
            screen.say(outcome.tag)
        return shown
    if screen.is_plain and [head.name for head in outcome.answer.heads] == ["status"]:
        for row in outcome.answer.rows:  # the sentence that tells what a statement did
            screen.say(row[0] or "")
        return shown
    found = screen.answer(_cut(outcome.answer, heads))
    if found.more:
        talk.cancel_rest(outcome)
        screen.say(f"(the first {counted(found.rows)} of more; \\limit 0 shows all)")
    else:
        screen.say(f"({counted(found.rows)})")
    return found.kept


class Plain(Struct, frozen=True):
    """Runs statements that are no commands and move no files, without a server."""

    talk: Speech
    screen: Screen

    def carry_out(self, statement: str) -> None:
        """Run one statement and show what it answers. Raises Failure, Disconnected; after
        KeyboardInterrupt `talk.cancel` is due."""
        for outcome in self.talk.run(statement):
            show(self.screen, self.talk, outcome)


def _cut(answer: Answer, heads: Sequence[str]) -> Answer:
    """The answer with some of its columns, in their order; all where none are told."""
    numbers = [n for head in heads for n, each in enumerate(answer.heads) if each.name == head]
    if not numbers:
        return answer
    rows = ([row[n] for n in numbers] for row in answer.rows)
    return replace(answer, heads=tuple(answer.heads[n] for n in numbers), rows=rows)
