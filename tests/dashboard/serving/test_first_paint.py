"""What is written into the head of Streamlit's page."""

from pathlib import Path

import streamlit

from dashboard.serving.first_paint import with_head

PAGE = Path(streamlit.__file__).parent / "static" / "index.html"


def test_the_tabs_history_has_its_writer_before_streamlit_begins_to_listen():
    page = with_head(PAGE.read_bytes()).decode()
    scripts = [tag.split(">")[0] for tag in page.split("<script")[1:]]
    assert "browser/tab_history.js" in scripts[0]
    assert 'type="module"' in scripts[0]
    assert "async" not in scripts[0]  # then modules run in their order on the page
    assert any("static/js/index" in script for script in scripts[1:])
    assert page.index("<style>") < page.index("</head>")
