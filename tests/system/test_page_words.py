"""The page's sentences are those of the chats: one template, two readers (contract §2)."""

import asyncio
import itertools
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bedolaga_events.catalogue import BUNDLED, Catalogue
from bedolaga_events.sentences import Told, of_event
from tests.system.conftest import ROOT

EVERYTHING = Catalogue(packs=BUNDLED[1:])
WORDS = EVERYTHING.words()
READ = """
import { readFileSync } from 'node:fs';
import { language } from './i18n.js';
import { sentence } from './lib/sentence.js';
const asked = JSON.parse(readFileSync(0, 'utf8'));
console.log(JSON.stringify(asked.map((one) => {
  language.value = one.language;
  return sentence(one.text, one.payload);
})));
"""
READER = "export const language = { value: 'ru' };"  # in the page's i18n.js a browser chooses it
ODD: list[dict[str, Any]] = [
    {"amount_kopeks": 540_050},
    {"amount_kopeks": -100},
    {"amount_kopeks": 0, "amount_rubles": 7.5},
    {"amount_kopeks": True, "amount_rubles": "много"},
    {"amount_rubles": 1_234_567.5},
    {"days_left": 1},
    {"days_left": 2},
    {"days_left": 11},
    {"days_left": 21.0},
    {"days_left": 1.5},
    {"reason": ["a", "b"], "message": True},
    {"message_text": " \n", "title": " ", "first_name": "\t"},
    {"first_name": None, "username": "", "title": "{user_id} [x]"},
]

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="needs Debian's nodejs")


def cases() -> list[dict[str, Any]]:
    """Every type's example, with odd values and with each field left out, in both languages."""
    found = []
    for known, language in itertools.product(EVERYTHING.types.values(), ("ru", "en")):
        payloads = [{**known.example, **odd} for odd in [{}, *ODD]]
        for left_out in known.example:
            payloads.append({k: v for k, v in known.example.items() if k != left_out})
        for payload in payloads:
            about = {"type": known.value, "text": known.text[language], "language": language}
            found.append({**about, "payload": payload})
    return found


async def test_every_sentence_is_the_same_on_the_page_and_in_chats(tmp_path: Path) -> None:
    """Whatever a payload holds; only the space that does not break is the page's own."""
    shutil.copytree(ROOT / "static" / "js" / "lib", tmp_path / "lib")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "i18n.js").write_text(READER)
    (tmp_path / "read.js").write_text(READ)
    asked = cases()
    process = await asyncio.create_subprocess_exec(
        "node", "read.js", cwd=tmp_path, stdin=asyncio.subprocess.PIPE, stdout=-1, stderr=-1
    )
    async with asyncio.timeout(60):
        out, problem = await process.communicate(json.dumps(asked).encode())
    assert process.returncode == 0, problem.decode()
    for one, said in zip(asked, json.loads(out), strict=True):
        told = Told(one["type"], one["payload"], "2026-01-15T10:30:00Z", 1)
        expected = of_event(WORDS, told, one["language"])
        assert " ".join(said.split()) == " ".join(expected.split()), one
