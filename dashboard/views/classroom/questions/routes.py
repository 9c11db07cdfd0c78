"""What browsers ask of questions: a reader alone, a teacher who asks a class, and students who answer."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.serving.assets import base_path
from dashboard.serving.bodies import read_body
from dashboard.serving.pools import Pool, Pools
from dashboard.serving.problems import Kind, Problem
from dashboard.serving.routes import answered, client_of, guarded
from dashboard.serving.topics import Topics
from dashboard.shell.rights.members import Member, RoomAction
from dashboard.shell.rights.serving import seen_by_asker
from dashboard.shell.rights.vote_acts import VoteActs
from dashboard.views.classroom.questions.export import answers_csv
from dashboard.views.classroom.questions.scenes import asked_in, asked_live
from lstm_engine import SettingsError
from lstm_engine.questions import (
    READY,
    Asked,
    QuestionError,
    Scene,
    answer_of,
    is_right,
    read_question,
    read_scene,
    ready_question,
)
from lstm_engine.questions.asking import mistake_in
from lstm_engine.questions.facts import WORDS
from lstm_engine.questions.language import FUNCTIONS
from lstm_engine.questions.reading import LONGEST_TEXT
from lstm_engine.questions.ready import ready_text
from lstm_engine.runs import RunStore
from lstm_engine.runs.rooms import MOST_PLACE

MOST_BODY = 64 * 1024  # bytes of a message; a question's Markdown is the longest part of any
UNREADABLE = "That is no message of this page; expected JSON with what the route asks for."
Endpoint = Callable[[Request], Awaitable[Response]]
Act = Callable[[VoteActs, RunStore, dict[str, Any]], Any]


def parsed(body: bytes) -> dict[str, Any]:
    """The message in a body; raises Problem if there is none."""
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Problem(UNREADABLE)
    return found


def text_in(message: dict[str, Any], name: str, most: int) -> str:
    """A text in a message; raises Problem if there is none, or it is too long."""
    value = message.get(name)
    if not isinstance(value, str):
        raise Problem(UNREADABLE)
    if len(value) > most:
        raise Problem(f"That has {len(value):,} characters, expected at most {most:,}.", Kind.TOO_LARGE)
    return value


def whole_in(message: dict[str, Any], name: str) -> int:
    """A whole number in a message; raises Problem if there is none."""
    value = message.get(name)
    if type(value) is not int or not 0 <= value < 2**53:
        raise Problem(UNREADABLE)
    return value


def told_question(error: SettingsError) -> Problem:
    """What is wrong with a question, as a refusal."""
    said = str(error).rstrip(".")
    return Problem(f"This question cannot be asked. {said[:1].upper()}{said[1:]}.", field="text")


def asked_by(acts: VoteActs, seen: RunStore, message: dict[str, Any]) -> Asked:
    """What a teacher wants to ask: a ready question, one of their own, or one about where they stand."""
    try:
        if "ready" in message:
            return asked_in(seen, ready_question(text_in(message, "ready", 60)), acts.hold)
        if "own" in message:
            return asked_in(seen, read_question(acts.own_question(whole_in(message, "own"))), acts.hold)
        return asked_live(
            seen, text_in(message, "live", 20), read_scene(text_in(message, "place", MOST_PLACE)), acts.hold
        )
    except SettingsError as error:
        raise told_question(error) from error


def kept_by(acts: VoteActs, seen: RunStore, message: dict[str, Any]) -> dict[str, Any]:
    """Keep a teacher's own question, if it can be asked here and now."""
    acts.member(RoomAction.ASK)
    text = text_in(message, "text", LONGEST_TEXT)
    try:
        asked = asked_in(seen, read_question(text))
    except SettingsError as error:
        raise told_question(error) from error
    return {"own": acts.add_question(text), "title": asked.title, "kind": asked.kind}


def title_of(text: str) -> dict[str, str]:
    """Of a question that is kept; one that an older version could read stands there all the same."""
    try:
        question = read_question(text)
    except QuestionError as error:
        return {"title": text[:40], "kind": "", "problem": str(error)}
    return {"title": question.title, "kind": question.kind}


def ready_list() -> list[dict[str, str]]:
    """The ready questions, in their order."""
    return [{"name": name, "title": ready_question(name).title, "kind": ready_question(name).kind} for name in READY]


def question_routes(get_store: Callable[[], RunStore], topics: Topics, pools: Pools) -> list[BaseRoute]:
    """The routes; like all that changes something, for our own pages alone (see ``trust``).

    Args:
        get_store: gives the run store, or raises StoreError. topics: which are told that something is new.
    """

    async def acted(request: Request, pool: Pool, act: Act, action: RoomAction) -> Any:
        """What an act gives. Whoever may not do the ``action`` hears that, whatever else is wrong."""
        body = await read_body(request, MOST_BODY, f"That message is longer than {MOST_BODY:,} bytes.")

        def do() -> Any:
            store = get_store()
            acts = VoteActs(store, request.cookies)
            acts.member(action)
            return act(acts, seen_by_asker(store, request), parsed(body))

        return await pool.run(client_of(request), do)

    def asking(act: Act) -> Endpoint:
        """The endpoint of a teacher's act."""

        async def respond(request: Request) -> Response:
            found = await acted(request, pools.questions, act, RoomAction.ASK)
            if not isinstance(found, Member):
                return JSONResponse(found)
            for kind in ("room", "class"):
                topics.nudge(f"{kind}/{found.room.code}")
            return JSONResponse({})

        return guarded(respond)

    async def answer(request: Request) -> Response:
        def act(acts: VoteActs, _seen: RunStore, message: dict[str, Any]) -> None:
            numbers = [whole_in(message, name) for name in ("vote", "turn", "said")]
            acts.answer(numbers[0], numbers[1], message.get("answer"), numbers[2])

        await acted(request, pools.feeds, act, RoomAction.ANSWER)  # a whole class answers at once
        return JSONResponse({})

    async def own_answer(request: Request) -> Response:
        found = await pools.feeds.run(client_of(request), lambda: VoteActs(get_store(), request.cookies).own_answer())
        if found is None:
            return JSONResponse({"vote": None})
        return JSONResponse({"vote": found.vote_id, "turn": found.turn, "answer": json.loads(found.answer)})

    def own(request: Request) -> dict[str, Any]:
        kept = VoteActs(get_store(), request.cookies).own_questions()
        names = [{"name": name, "words": words} for name, words in WORDS.items()]
        names.append({"name": "functions", "words": ", ".join(FUNCTIONS)})
        return {"own": [{"own": number, **title_of(text)} for number, text in kept.items()], "names": names}

    def alone(request: Request) -> dict[str, Any]:
        """A ready question for one reader; with an answer, whether it is right, and why."""
        query, store = request.query_params, get_store()
        name = query.get("name", "")
        if name not in READY:
            raise Problem(f"There is no ready question “{name[:40]}”.", Kind.MISSING)
        question = ready_question(name)
        seen = seen_by_asker(store, request)
        if "run" in query:  # where it was asked, so that it is judged there as well
            where = {key: query[key] for key in ("run", "checkpoint") if key in query}
            question = replace(question, scene=Scene({**question.scene.parameters, **where}))
        asked = asked_in(seen, question)
        if "answer" not in query:
            return {"question": asked.without_answer(), "name": name}
        try:
            given = answer_of(asked, json.loads(query["answer"][:MOST_BODY]))
        except (ValueError, RecursionError) as error:
            raise Problem(str(error) if isinstance(error, SettingsError) else UNREADABLE) from error
        mistake = mistake_in(asked, given)
        return {"is_right": is_right(asked, given), "mistake": mistake, "engine": asked.the_answer()}

    async def example(request: Request) -> Response:
        text = ready_text("h_c_and_output")
        headers = {"Content-Disposition": 'attachment; filename="question.md"', "X-Content-Type-Options": "nosniff"}
        return Response(text, media_type="text/markdown; charset=utf-8", headers=headers)

    async def export(request: Request) -> Response:
        named = request.query_params.get("nicknames") == "1"

        def make() -> tuple[Member, bytes]:
            member, votes, given = VoteActs(get_store(), request.cookies).all_answers()
            return member, answers_csv(votes, given, named)

        member, content = await pools.files.run(client_of(request), make)
        headers = {
            "Content-Disposition": f'attachment; filename="answers-{member.room.code.lower()}.csv"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)

    acts = {
        "ask": asking(lambda acts, seen, message: acts.ask(asked_by(acts, seen, message))),
        "ask_again": asking(lambda acts, _seen, message: acts.ask_again(whole_in(message, "vote"))),
        "close_vote": asking(lambda acts, _seen, message: acts.close(whole_in(message, "vote"))),
        "reveal": asking(lambda acts, _seen, message: acts.reveal(whole_in(message, "vote"))),
        "end_vote": asking(lambda acts, _seen, message: acts.end(whole_in(message, "vote"))),
        "add_question": asking(kept_by),
        "remove_question": asking(lambda acts, _seen, message: acts.remove_question(whole_in(message, "own"))),
        "forget_nicknames": asking(lambda acts, _seen, _message: acts.forget_nicknames()),
        "answer": guarded(answer),
    }
    base = f"{base_path()}/api/rooms/questions"
    return [
        Route(f"{base}/ready", answered(pools.questions, lambda _request: {"ready": ready_list()})),
        Route(f"{base}/alone", answered(pools.questions, alone, personal=True)),
        Route(f"{base}/own", answered(pools.questions, own, personal=True)),
        Route(f"{base}/own_answer", guarded(own_answer)),
        Route(f"{base}/question.md", guarded(example)),
        Route(f"{base}/answers.csv", guarded(export)),
        *(Route(f"{base}/{name}", endpoint, methods=["POST"]) for name, endpoint in acts.items()),
    ]
