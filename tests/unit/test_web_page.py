"""The page: every word from the wording, strict headers, small, nothing from elsewhere."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from blina.channels.web import page as web_page
from blina.channels.web.page import FOLDER, File, answer, content_policy, dial, fill, load
from blina.knowledge import Knowledge, load_knowledge
from blina.knowledge.settings import Settings, load_settings
from blina.stop import Stop

KNOWLEDGE = load_knowledge()
PHONE = {"BLINA_CARE_TEAM_PHONE": "+44 113 496 0000"}
SCRIPTS = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.js")}
MOST_BYTES = 60_000  # compressed, everything that the page loads
NOT_LOADED = {"embed", "embed.js", "embed-page.js", "vendor/socket.io-client.LICENSE.txt"}


def settings(**environ: str) -> Settings:
    return load_settings(environ=environ)


def files(**environ: str) -> dict[str, File]:
    return load(KNOWLEDGE, settings(**environ))


def config(page: File) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="config">(.*?)</script>', page.content.decode())
    assert found
    parsed: dict[str, Any] = json.loads(found[1])
    return parsed


def test_the_page_and_all_that_it_loads_are_small() -> None:
    loaded = {path: file for path, file in files().items() if path not in NOT_LOADED}
    assert {"", "app.js", "style.css", "vendor/socket.io.esm.min.js"} <= set(loaded)
    assert sum(len(file.compressed) for file in loaded.values()) < MOST_BYTES


def test_every_placeholder_is_filled() -> None:
    for path in ("", "embed"):
        text = files(**PHONE)[path].content.decode()
        assert "{{" not in text
        assert not re.search(r"\{(care_team|emergency|hours|limit)\}", text)


def test_the_numbers_can_be_called() -> None:
    page = files(**PHONE, BLINA_EMERGENCY_NUMBER="999")[""]
    assert 'href="tel:999"' in page.content.decode()
    assert config(page)["careTeam"] == "+44 113 496 0000"
    assert dial("+44 (113) 496-0000") == "+441134960000"


def test_without_the_teams_number_no_word_has_a_gap() -> None:
    words = config(files()[""])["words"]
    assert words["call_team_on"] == "Call my team"
    assert not [name for name, word in words.items() if "  " in word or word.endswith(" .")]


def test_settings_cannot_become_html() -> None:
    page = files(BLINA_CENTRE_NAME="</script><b>A & B</b>")[""].content.decode()
    assert "</script><b>" not in page
    assert fill("{{name}}", {"name": '<b a="">&'}, "") == "&lt;b a=&quot;&quot;&gt;&amp;"


def test_a_word_that_the_wording_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError):
        fill("{{nonsense}}", {}, "")


def test_the_scripts_use_only_words_that_there_are() -> None:
    words = config(files()[""])["words"]
    used = {name for text in SCRIPTS.values() for name in re.findall(r"\bwords\.(\w+)", text)}
    built = {f"{name}_{part}" for name in ("start_again", "forget") for part in ("title", "text", "yes")}
    assert len(used) > 20
    assert (used | built) - set(words) == set()


def test_every_word_is_used() -> None:
    text = "".join(SCRIPTS.values()) + "".join(path.read_text("utf-8") for path in FOLDER.glob("*.html"))
    built = {f"{name}_{part}" for name in ("start_again", "forget") for part in ("title", "text", "yes")}
    names = {name for name in KNOWLEDGE.wording["web"] if not name.endswith("_no_number")}
    used = set(re.findall(r"(?:\bwords\.|\{\{)(\w+)", text)) | built | {"embed_open", "embed_close"}
    assert names - used == set()


def test_the_policy_allows_nothing_unsafe_and_nothing_from_elsewhere() -> None:
    policy = content_policy(["https://a.example"])
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "frame-ancestors 'self' https://a.example;" in policy


def test_only_allowed_sites_can_embed_the_page() -> None:
    alone = files()[""].headers
    assert alone["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self';" in alone["Content-Security-Policy"]
    shared = files(BLINA_ALLOWED_ORIGINS="https://a.example")[""].headers
    assert "X-Frame-Options" not in shared
    assert "https://a.example" in shared["Content-Security-Policy"]


def test_only_the_embedding_script_may_be_loaded_from_other_sites() -> None:
    loaded = files()
    assert loaded["embed.js"].headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    others = [file for path, file in loaded.items() if path != "embed.js"]
    assert {file.headers["Cross-Origin-Resource-Policy"] for file in others} == {"same-origin"}


def test_no_script_reads_text_as_html_and_no_style_is_inline() -> None:
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser"
    )
    assert [name for name, text in SCRIPTS.items() if forbidden.search(text)] == []
    for path in FOLDER.glob("*.html"):
        assert not re.search(
            r"\sstyle=|\son\w+=|<style|<script(?![^>]*(?:src=|application/json))", path.read_text("utf-8")
        )


def test_nothing_names_another_host() -> None:
    for path in [*FOLDER.glob("*.js"), *FOLDER.glob("*.css"), *FOLDER.glob("*.html")]:
        hosts = set(re.findall(r"https?://[\w.-]+", path.read_text("utf-8")))
        assert hosts <= {"https://your-server", "http://www.w3.org", "https://..."}


def test_the_vendored_client_is_the_published_file() -> None:
    vendor = FOLDER / "vendor"
    digest, name = (vendor / "SHA256").read_text().split()
    assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == digest
    assert "MIT" in (vendor / "socket.io-client.LICENSE.txt").read_text()


def request(**headers: str) -> Any:
    return SimpleNamespace(headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_a_file_is_sent_compressed_or_not_at_all_when_the_browser_has_it() -> None:
    file = files()["app.js"]
    assert answer(file, request()).body == file.content
    small = answer(file, request(accept_encoding="gzip, br"))
    assert small.body == file.compressed
    assert small.headers["content-encoding"] == "gzip"
    assert answer(file, request(if_none_match=file.etag)).status == 304


def test_a_changed_word_changes_the_page() -> None:
    wording = {**KNOWLEDGE.wording, "web": {**KNOWLEDGE.wording["web"], "welcome": "Say <b>it</b>."}}
    other = Knowledge(**{**vars(KNOWLEDGE), "wording": wording})
    page = web_page.load(other, settings())[""]
    assert b"Say &lt;b&gt;it&lt;/b&gt;." in page.content
    assert page.etag != files()[""].etag


@pytest.mark.parametrize("change", ["edit", "add", "remove"])
def test_a_file_that_is_not_the_one_of_this_version_stops_the_start(tmp_path: Path, change: str) -> None:
    folder = tmp_path / "web"
    shutil.copytree(FOLDER, folder)
    web_page.check(folder)
    script = folder / "app.js"
    if change == "edit":
        script.write_text(script.read_text() + "// a stranger's line\n")
    elif change == "remove":
        script.unlink()
    else:
        script = folder / "more.js"
        script.write_text("// a stranger's file\n")
    with pytest.raises(Stop, match=f"web/{script.name} is not the file of this version"):
        load(KNOWLEDGE, settings(), folder)
