"""The app in mode shared, as two strangers and the administrator meet it; and what made-up messages do there."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from dashboard.shell.rights.cookies import VISITOR_COOKIE, new_identity, signed
from lstm_engine.runs import Run, RunStore
from lstm_engine.runs.store import Owner
from tests.browser.server import AppServer
from tests.browser.step_view import SETTINGS
from tests.browser.test_accessibility import violations
from tests.dashboard.serving.tabs import run_async

KEY = "the key of this class"
PHONE: ViewportSize = {"width": 390, "height": 844}
SECONDS = 30


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """A server in mode shared, with a key."""
    server = AppServer(tmp_path_factory.mktemp("visitors"))
    secrets = server.folder / "secrets.toml"
    secrets.write_text(f'[lstm]\nadministrator_key = "{KEY}"\n')
    RunStore(server.database_url).close()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LSTM_MODE", "shared")
        environment.setenv("LSTM_VISITOR_LIMITS", "runs=2")
        environment.setenv("STREAMLIT_SECRETS_FILES", str(secrets))
        server.start()
    yield server
    server.stop()


@pytest.fixture
def kept(served: AppServer) -> Iterator[RunStore]:
    with RunStore(served.database_url) as store:
        yield store


def identity_of(page: Page) -> str:
    """By which the server knows a page's browser again."""
    held = {cookie["name"]: cookie for cookie in page.context.cookies()}[VISITOR_COOKIE]
    assert held["httpOnly"]
    assert VISITOR_COOKIE not in page.evaluate("document.cookie")
    return str(held["value"].partition(".")[0])


@pytest.mark.thorough
def test_two_strangers_each_with_a_run_of_their_own_and_the_administrator(
    served: AppServer, kept: RunStore, open_page: Callable[..., Page]
):
    anna = open_page(f"{served.url}/train", apart=True)
    expect(anna.get_by_role("button", name="New run")).to_be_enabled()
    hers = kept.create(SETTINGS, "of anna", start=False, owner=Owner(identity_of(anna), 2))
    address = f"{served.url}/train?run={hers.id}"
    anna.goto(address)
    expect(anna.get_by_role("button", name="Start", exact=True)).to_be_enabled()

    ben = open_page(address, viewport=PHONE, apart=True, color_scheme="dark")
    assert identity_of(ben) != identity_of(anna)
    expect(ben.get_by_text("Only whoever began “of anna”")).to_be_visible()
    expect(ben.get_by_role("button", name="Start", exact=True)).to_be_disabled()
    ben.get_by_role("button", name="Manage").click()
    expect(ben.get_by_role("button", name="Fork and start")).to_be_visible()
    expect(ben.get_by_role("button", name="Delete this run")).to_have_count(0)
    assert violations(ben) == []
    ben.keyboard.press("Escape")

    expect(ben.locator(".lstm-name").first).to_be_visible()  # all that stands above the foot of the page is there
    ben.get_by_role("button", name="Visitor").click()
    expect(ben.get_by_text("of your own you may have 2 runs")).to_be_visible()
    key = ben.get_by_label("Administrator’s key")
    key.fill("a guess at the key")
    ben.get_by_role("button", name="Visitor").scroll_into_view_if_needed()  # what stands above it may have grown
    ben.get_by_role("button", name="Sign in").click()
    expect(ben.get_by_role("status").filter(has_text="That is not the administrator's key.")).to_be_visible()
    expect(key).to_have_value("")
    assert violations(ben) == []
    key.fill(KEY)
    key.press("Enter")
    expect(ben.get_by_role("button", name="Administrator")).to_be_visible()
    expect(ben.get_by_role("button", name="Start", exact=True)).to_be_enabled()
    assert KEY.split()[-1] not in ben.url
    ben.get_by_role("button", name="Administrator").click()
    ben.get_by_role("button", name="Leave").click()
    expect(ben.get_by_role("button", name="Start", exact=True)).to_be_disabled()
    expect(ben.get_by_role("button", name="Visitor")).to_be_visible()

    unit = f"{served.url}/inspect?run={hers.id}&panel=unit"
    ben.goto(unit)
    expect(ben.get_by_text("and the administrator, name it and its units.")).to_be_visible()
    expect(ben.get_by_role("button", name="Keep name and note")).to_be_hidden()
    anna.goto(unit)
    anna.get_by_label("Name of the unit").fill("hers")
    anna.get_by_role("button", name="Keep name and note").click()
    expect(anna.get_by_text("Kept; everybody sees it.")).to_be_visible()
    assert [note.name for note in kept.unit_notes(hers.id)] == ["hers"]
    assert kept.get(hers.id) == hers


class Forger:
    """A connection of Streamlit's, opened by no page, that sends what it likes."""

    def __init__(self, served: AppServer, identity: str, kept: RunStore):
        self.address = served.url.replace("http", "ws") + "/_stcore/stream"
        self.headers = {"Cookie": f"{VISITOR_COOKIE}={signed(kept.server_key('cookies').encode(), identity)}"}

    async def send(self, query: str, pressed: str = "", hang_up: bool = False) -> list[ForwardMsg]:
        """Run the Train page, with that widget pressed; what is heard until the script has ended."""
        protocol = [Subprotocol("streamlit")]
        async with connect(
            self.address, subprotocols=protocol, additional_headers=self.headers, max_size=None
        ) as socket:
            heard = await self.run(socket, query)
            if pressed:
                heard = await self.run(socket, query, pressed, hang_up)
            return heard

    async def run(
        self, socket: ClientConnection, query: str, pressed: str = "", hang_up: bool = False
    ) -> list[ForwardMsg]:
        asked = ClientState(query_string=query, page_name="train")
        if pressed:
            asked.widget_states.widgets.add(id=pressed, trigger_value=True)
        await socket.send(BackMsg(rerun_script=asked).SerializeToString())
        heard: list[ForwardMsg] = []
        async with asyncio.timeout(SECONDS):
            while not hang_up:
                heard.append(ForwardMsg.FromString(await socket.recv()))  # type: ignore[arg-type]
                if heard[-1].WhichOneof("type") == "script_finished":
                    break
        return heard


def buttons(heard: list[ForwardMsg]) -> dict[str, str]:
    """The ids of the buttons on a page, by what stands on them."""
    found = (message.delta.new_element for message in heard)
    return {element.button.label: element.button.id for element in found if element.WhichOneof("type") == "button"}


def said(heard: list[ForwardMsg]) -> str:
    found = (message.delta.new_element for message in heard)
    return " ".join(element.alert.body for element in found if element.WhichOneof("type") == "alert")


def test_made_up_messages_on_a_real_connection_change_nothing_of_anothers(
    served: AppServer, kept: RunStore, tmp_path: Path
):
    anna, ben = new_identity(), new_identity()
    hers: Run = kept.create(SETTINGS, "forged at", start=False, owner=Owner(anna, 2))
    query = f"run={hers.id}"

    async def scenario() -> None:
        own = buttons(await Forger(served, anna, kept).send(query))
        assert {"Start", "+1", "Stop", "Delete this run", "Save"} <= set(own)
        for label in ("Start", "+1", "+100", "Stop", "Pause", "Save", "Delete this run"):
            await Forger(served, ben, kept).send(query, own[label])
        await Forger(served, ben, kept).send(query, own["Start"], hang_up=True)  # gone before the script runs
        for cookie in ("", f"{anna}.made-up", anna):
            stranger = Forger(served, ben, kept)
            stranger.headers = {"Cookie": f"{VISITOR_COOKIE}={cookie}", "X-Lstm-From": "x here 127.0.0.1"}
            assert "Delete this run" not in buttons(await stranger.send(query, own["Start"]))
        assert kept.get(hers.id) == hers
        await Forger(served, anna, kept).send(query, own["+1"])
        assert kept.get(hers.id).target_step == 1

    run_async(scenario())
