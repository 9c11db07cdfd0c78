"""What is found in Markdown and in Plotly's text, by the rules of those who read them."""

import re

import pytest

from dashboard.shell.plain import JOINER, plain, plain_in_chart

HOSTILE = [
    "[link](http://evil.example/x)",
    "![image](http://evil.example/i.png)",
    "http://evil.example https://evil.example www.evil.example me@evil.example HTTP://EVIL.example WWW.evil.example",
    "$x^2$ and $$y$$",
    ":material/delete: :material_delete: :red[hot] :smile: :streamlit: :+1:",
    "**bold** _slanted_ ~~gone~~ `code`",
    "<a href='http://evil.example'>a</a><img src=http://evil.example/q.png>",
    "# heading",
    "1. list",
    "- list -- -> <- <-> >= <= ~=",
    "&amp; &lt;b&gt; &#36;",
    "%{x} %{fullData.name} %{customdata[0]}",
    "<b>bold</b><br>new",
    "| a | b |",
    "> quote",
    "[^1] [x]: http://evil.example",
    "    code",
    "\\back \\$ \\[ \\\\",
    "two\n\nlines\n***\n===",
    "名前" * 40,
]
# what Streamlit 1.67 looks for in the text after Markdown was parsed (StreamlitMarkdown.tsx, mdast-util-gfm-autolink)
FOUND_LATER = re.compile(
    r"https?://[-.\w]+|www\.[-.\w]+|[-.\w+]+@[-\w]+\.\w|:material[/_]\w+:|:streamlit:|:\+1:|:-1:|:[\w-]+:"
    r"|(?:^|\s)(?:<->|->|<-|--|>=|<=|~=)(?:\s|$)",
    re.IGNORECASE,
)
SPECIAL = re.compile(r"(?<!\\)(?:\\\\)*[`*_{}\[\]()<>#+!|~&$:]")


def without_backslashes(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_it_is_markdown(text):
    escaped = plain(text)
    assert not SPECIAL.search(escaped)
    assert "\n" not in escaped
    assert not FOUND_LATER.search(without_backslashes(escaped))


@pytest.mark.parametrize("text", HOSTILE)
def test_it_reads_as_it_was_typed(text):
    assert without_backslashes(plain(text)).replace(JOINER, "") == " ".join(text.split())


@pytest.mark.parametrize("shown", [plain, plain_in_chart])
def test_nothing_of_it_turns_the_rest_of_a_sentence_around_or_is_a_control_code(shown):
    turning = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
    codes = [*range(0x20), *range(0x7F, 0xA0)]
    text = "a" + "".join(map(chr, turning + codes)) + "b"
    assert shown(text) == "a b"  # some of the codes take words apart
    assert shown("aשלוםb\u200d") == "aשלוםb\u200d"  # what people write goes on


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_it_is_a_tag_a_formula_or_a_template_in_a_chart(text):
    escaped = plain_in_chart(text)
    assert not re.search(r"[<>$%]|&(?!#\d+;)", escaped)
    assert re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), escaped) == " ".join(text.split())
