"""The quiz on a screen: a question with an empty frame, what was said to an answer, the score.

A function of a frozen scene: which keys move it, and the line that one types into, are `ui`'s. That
line is left free, the last but one; `prompts` says whether it is wanted. The letters are the book's
whatever notation is chosen for stepping, since grades and hints name cells by them.
"""

from __future__ import annotations

from dataclasses import dataclass

from bpstepper.drawing.matrix.term_by_term import draw_number
from bpstepper.drawing.prose import wrap
from bpstepper.drawing.render_options import RenderOptions
from bpstepper.drawing.text import Line, Span, clean, crop, line_width, pad, shorten, width
from bpstepper.explain.visibility import Visibility
from bpstepper.number_format import number
from bpstepper.pages.frame import SMALLEST, too_small
from bpstepper.pages.header import draw_keys
from bpstepper.pages.layout import Hint, blank, filled, rule
from bpstepper.quiz import Question, Reply, Round, Sheet, right_answer
from bpstepper.quiz.drawing import Asked, draw_asked
from bpstepper.quiz.showing import laid_out, standing_out

__all__ = ["LABEL_CELLS", "QuizScene", "compose_quiz", "prompts"]

LABEL_CELLS = 15
"""Cells before the line that one types into."""

_AROUND = 4  # lines of a screen that are no page: header, rule, prompt, keys
_FEWEST = 5  # lines that matrices keep while there are words to leave out
_SPELLED = 6  # lines of a number that is spelled out at the end
_NAME = 34  # cells of what was asked, on the page of the score


@dataclass(frozen=True, eq=False)
class QuizScene:
    """All that a page of the quiz is a function of, besides its size.

    Attributes:
        sheet: the update that is asked about.
        round: how the quiz stands; None while questions are being chosen.
        look: how things are drawn.
        message: said until the next key; in place of what was said before.
    """

    sheet: Sheet
    round: Round | None
    look: RenderOptions
    message: str = ""

    def text(self, text: str) -> str:
        """A text, cleaned, in the alphabet of the look."""
        return self.look.charset.translate(clean(text))


def prompts(scene: QuizScene) -> bool:
    """Whether an answer is waited for."""
    reply = None if scene.round is None else scene.round.reply
    return reply is not None and not reply.done


def compose_quiz(scene: QuizScene, columns: int, lines: int) -> list[Line]:
    """The screen: exactly `lines` lines of exactly `columns` cells."""
    if columns < SMALLEST[0] or lines < SMALLEST[1]:
        return too_small(columns, lines, scene.look, "Esc leaves")
    room = lines - _AROUND
    if scene.round is None:
        page = wrap(scene.text(scene.message or "Choosing questions…"), columns, "paragraph")
    elif scene.round.over:
        page = _score_page(scene, scene.round, columns, room + 1)
    else:
        page = _question_page(scene, scene.round, columns, room)
    whole = [
        _header(scene, columns),
        rule(scene.look, columns),
        *filled(page, room + 1, columns),
        draw_keys(_hints(scene), scene.look, columns),
    ]
    if prompts(scene):
        whole[-2] = _prompt(scene, columns)
    return [crop(line, columns) for line in whole]


def _header(scene: QuizScene, columns: int) -> Line:
    """Which scenario, which question, and how it goes."""
    charset, game = scene.look.charset, scene.round
    scenario = scene.sheet.scenario
    right: Line = ()
    if game is not None:
        count = len(game.replies)
        asked = f"question {game.at + 1} of {count}" if not game.over else "the score"
        right = (
            Span(scene.text(asked), "now"),
            Span(f"   right so far {game.right}  " if not game.over else "  ", "done"),
        )
    name = scenario.name or scenario.title or "scenario"
    tail = scene.text(f" · update {scene.sheet.update:,}")
    lead = scene.text(" QUIZ · ")
    room = max(columns - line_width(right) - width(lead + tail) - 1, 8)
    left = lead + shorten(scene.text(name), room, charset.left_out) + tail
    return (Span(pad(left, columns - line_width(right)), "title"), *right)


def _prompt(scene: QuizScene, columns: int) -> Line:
    assert scene.round is not None
    reply = scene.round.reply
    label = " try again" if reply is not None and reply.attempts else " your answer"
    return (Span(pad(label, LABEL_CELLS - 2), "label"), Span(scene.text("▸ "), "key"))


def _hints(scene: QuizScene) -> list[Hint]:
    """The keys that do something here."""
    game = scene.round
    if game is None:
        return [Hint("Esc", "back")]
    reply = game.reply
    if reply is None:
        again = [Hint("r", f"repeat the {len(game.missed)} missed")] if game.missed else []
        return [*again, Hint("S", "save the record"), Hint("Esc", "back")]
    if reply.done:
        last = game.at + 1 == len(game.replies)
        return [Hint("⏎", "the score" if last else "next question"), Hint("Esc", "leave")]
    more = len(reply.question.hints) - reply.hints
    hint = [Hint("h", "next hint" if reply.hints else "hint")] if more else []
    keys = [Hint("⏎", "answer"), *hint, Hint("v", "show it"), Hint("s", "skip")]
    return [*keys, Hint("Esc", "leave")]


# ── a question ───────────────────────────────────────────────────────────────────────────────


def _question_page(scene: QuizScene, game: Round, columns: int, lines: int) -> list[Line]:
    """The equation, its matrices, what is asked, and what was said; words give way to numbers."""
    reply = game.replies[game.at]
    question = reply.question
    equation = _equation(scene, question, columns)
    asked = wrap(scene.text(question.prompt), columns, "note")[:3] if not reply.done else []
    bottom = _bottom(scene, game, reply, columns, lines - 1 - len(asked) - _FEWEST)
    room = lines - 1 - len(asked) - len(bottom)
    picture = _picture(scene, game, reply, columns, max(room, 1))
    spare = max(room - len(picture), 0)
    wanted = (True, True, bool(asked and bottom))  # air, while there is room for it
    gaps = [[blank(columns)] if it and spare > at else [] for at, it in enumerate(wanted)]
    above, below, before = gaps
    return [equation, *above, *picture, *below, *asked, *before, *bottom]


def _equation(scene: QuizScene, question: Question, columns: int) -> Line:
    left: Line = (
        Span(f" {question.law} ", "law"),
        Span("  "),
        Span(scene.text(question.formula), "formula"),
    )
    aside = scene.text(f"asked: {_what(question)} ")
    room = columns - line_width(left)
    if room < width(aside) + 2:
        return crop(left, columns)
    return (*left, Span(" " * (room - width(aside))), Span(aside, "aside"))


_WHATS = {
    "shape": "the shape of {}",
    "sign": "the sign of {}",
    "cell": "{}",
    "matrix": "{}, all of it",
}


def _what(question: Question) -> str:
    """What is asked for, in a few words."""
    return _WHATS[question.grain].format(clean(question.name))


def _picture(scene: QuizScene, game: Round, reply: Reply, columns: int, lines: int) -> list[Line]:
    sheet, question = scene.sheet, reply.question
    step, operation = sheet.made(question.symbol)
    marks = standing_out(sheet, reply, game.lately)
    seen = {} if reply.done else {question.symbol: 0}
    alone = question.symbol if not question.shape else ""  # a number alone is marked by a cursor
    asked = Asked(
        tuple(laid_out(step, operation)),
        operation.result,
        Visibility(marks, seen, alone),
        question.grain == "shape" and not reply.done,
        max(scene.look.digits, question.digits + 1 if question.digits else 0),
    )
    return draw_asked(asked, sheet.naming, scene.look, columns, lines)


def _bottom(scene: QuizScene, game: Round, reply: Reply, columns: int, lines: int) -> list[Line]:
    """What came of it by now; what was said last is the last to be left out."""
    if scene.message:
        said = wrap(scene.text(scene.message), columns, "told")
        return [rule(scene.look, columns), *said][: max(lines, 2)]
    if reply.done:
        return _outcome(scene, reply, columns)
    told = _told(scene, game, reply, columns)
    hint = _hint(scene, reply, columns)
    spare = lines - len(told) - len(hint)
    if spare < 0 and game.lately == "hinted":
        return [*_cut(scene, told, max(len(told) + spare, 0)), *hint]
    if spare < 0 and hint:
        hint, spare = [], lines - len(told)
    return [*_cut(scene, told, len(told) + min(spare, 0)), *hint]


def _cut(scene: QuizScene, lines: list[Line], most: int) -> list[Line]:
    """At most so many lines, the last saying that there is more; a rule and no word is nothing."""
    if len(lines) <= most:
        return lines
    more = (Span(scene.text(" … a taller screen says more"), "more"),)
    return [*lines[: most - 1], more] if most > 3 else []


def _answer_line(scene: QuizScene, label: str, text: str, verdict: str, columns: int) -> Line:
    end = f"{verdict} "
    room = columns - LABEL_CELLS - width(end) - 1
    shown = shorten(scene.text(" ".join(text.split())), room, scene.look.charset.left_out)
    role = "done" if verdict == "right" else "message"
    return (
        Span(pad(f" {label}", LABEL_CELLS), "label"),
        Span(pad(shown, room + 1), "strong"),
        Span(end, role),
    )


def _told(scene: QuizScene, game: Round, reply: Reply, columns: int) -> list[Line]:
    """The last answer, and what there is to say about it."""
    if not reply.attempts:
        return []
    last = reply.attempts[-1]
    verdict = "not yet" if last.grade is not None else "not understood"
    found = [
        _answer_line(scene, "your answer", last.text, verdict, columns),
        rule(scene.look, columns),
    ]
    for at, line in enumerate(last.said):
        found += wrap(scene.text(line), columns, "strong" if at == 0 else "paragraph")
    marks = standing_out(scene.sheet, reply, game.lately)
    if game.lately == "answered" and len(marks) > 1:
        left, right = scene.look.charset.mark
        said = f"{left}Marked{right} above: the numbers that yours was made of."
        found += wrap(scene.text(said), columns, "aside")
    return found


def _hint(scene: QuizScene, reply: Reply, columns: int) -> list[Line]:
    """The last hint that was asked for."""
    if not reply.hints:
        return []
    hints = reply.question.hints
    text = f"hint {reply.hints} of {len(hints)}:  {hints[reply.hints - 1]}"
    return [rule(scene.look, columns), *wrap(scene.text(text), columns, "insight")[:6]]


def _outcome(scene: QuizScene, reply: Reply, columns: int) -> list[Line]:
    """The answer, and how it comes about."""
    question, sheet = reply.question, scene.sheet
    answer = right_answer(question, sheet)
    if reply.right:
        last = reply.attempts[-1]
        found = [_answer_line(scene, "your answer", last.text, "right", columns)]
        said = [line for line in last.said if line != "Right."]
    else:
        found, said = [_answer_line(scene, "the answer", answer, "shown", columns)], []
    found.append(rule(scene.look, columns))
    for line in said:
        found += wrap(scene.text(line), columns, "insight")
    if question.cell is not None:
        told = sheet.spelled(question.symbol, question.cell)
        return [*found, *draw_number(told, scene.look, columns, _SPELLED)]
    return [*found, *wrap(scene.text(question.hints[-1]), columns, "paragraph")[:4]]


# ── the score ────────────────────────────────────────────────────────────────────────────────


def _score_page(scene: QuizScene, game: Round, columns: int, lines: int) -> list[Line]:
    """Question by question, then which slips were made."""
    points = sum(reply.points for reply in game.replies)
    total = f" {game.right} of {len(game.replies)} right, {number(points, 4)} points"
    total += " (half for a later try, or fewer digits)" if points < game.right else ""
    slips = _slips(scene, game, columns)
    message = wrap(scene.text(scene.message), columns, "told") if scene.message else []
    room = lines - 2 - len(message)
    replies = [_reply_line(scene, at, reply, columns) for at, reply in enumerate(game.replies, 1)]
    fewer = max(min(room - len(slips), len(replies)), min(len(replies), room - 4))
    if fewer < len(replies):
        left = len(replies) - fewer + 1
        more = (Span(scene.text(f"   … and {left} more; the record has them all"), "more"),)
        replies = [*replies[: fewer - 1], more]
    body = [*replies, *slips][:room]
    return [(Span(total, "heading"),), blank(columns), *filled(body, room, columns), *message]


def _reply_line(scene: QuizScene, at: int, reply: Reply, columns: int) -> Line:
    cells = min(_NAME, columns // 2)
    name = shorten(scene.text(_what(reply.question)), cells, scene.look.charset.left_out)
    return (
        Span(f" {at:>3}  ", "label"),
        Span(pad(name, cells + 2), "caption"),
        Span(scene.text(_became(reply)), "done" if reply.right else "later"),
    )


def _became(reply: Reply) -> str:
    """What became of a question."""
    tries = len(reply.graded)
    hints = f", with {reply.hints} hint{'s' if reply.hints > 1 else ''}" if reply.hints else ""
    if reply.right:
        return ("right" if tries == 1 else f"right at try {tries}") + hints
    wrong = f", {tries} wrong answer{'s' if tries > 1 else ''}" if tries else ""
    end = "shown" if reply.shown else "skipped" if reply.skipped else "not answered"
    return (end if end != "not answered" or not tries else "not right") + wrong + hints


def _slips(scene: QuizScene, game: Round, columns: int) -> list[Line]:
    """Which slips were made, and how often."""
    slips = game.slips
    if not slips:
        return []
    found: list[Line] = [rule(scene.look, columns), (Span(" slips that were made", "heading"),)]
    for title, count in slips[:5]:
        often = "" if count == 1 else f"   {count} times"
        text = shorten(scene.text(title), columns - 4 - width(often), scene.look.charset.left_out)
        found.append((Span(f"   {text}", "paragraph"), Span(often, "label")))
    return found
