"""Receivers under their usual hosts, as the documents have them: each a program on a port.

The programs stand in docs/examples, the functions in docs/delivery.md, the libraries' lines in
docs/receivers.md: nothing of them is copied here.
"""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.conftest import until
from tests.delivery.proxies import free_port
from tests.system.conftest import ROOT
from tests.system.programs import MODULES, module, program

EXAMPLES = ROOT / "docs/examples"


def blocks(page: str, language: str) -> list[str]:
    """The pieces of code of a page of the documents, in a language."""
    text = (ROOT / "docs" / page).read_text()
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def placed(folder: Path, name: str, text: str) -> str:
    """A program in a folder from which Node finds the packages of `make tools`."""
    if not (folder / "node_modules").exists():
        (folder / "node_modules").symlink_to(MODULES)
    (folder / name).write_text(text)
    return str(folder / name)


def flask(folder: Path, port: int) -> list[list[str]]:
    app = placed(folder, "app.py", (EXAMPLES / "receiver_flask.py").read_text())
    return [[program("flask"), "--app", app, "run", "--port", str(port)]]


def flask_with(library: str) -> Callable[[Path, int], list[list[str]]]:
    def host(folder: Path, port: int) -> list[list[str]]:
        [lines] = [one for one in blocks("receivers.md", "python") if "Webhook(" in one]
        lines = lines.replace("from standardwebhooks import", f"from {library} import")
        head = "import os\nfrom flask import Flask, request\napp = Flask(__name__)\n"
        text = f"{head}secret = os.environ['WEBHOOK_SECRET']\n{lines}"
        app = placed(folder, "app.py", text)
        return [[program("flask"), "--app", app, "run", "--port", str(port)]]

    return host


def standard_library(folder: Path, port: int) -> list[list[str]]:
    secret = "$WEBHOOK_SECRET"
    return [["sh", "-c", f"exec python3 {EXAMPLES / 'receiver.py'} {port} {secret}"]]


def node(folder: Path, port: int) -> list[list[str]]:
    return [[program("node"), str(EXAMPLES / "receiver.mjs")]]


def express(folder: Path, port: int) -> list[list[str]]:
    module("express")
    text = (EXAMPLES / "receiver_express.mjs").read_text()
    return [[program("node"), placed(folder, "app.mjs", text)]]


def express_with(library: str) -> Callable[[Path, int], list[list[str]]]:
    def host(folder: Path, port: int) -> list[list[str]]:
        module(library)
        [lines] = blocks("receivers.md", "js")
        lines = lines.replace("from 'standardwebhooks'", f"from '{library}'")
        head = "import express from 'express';\nconst app = express();\n"
        head += "const secret = process.env.WEBHOOK_SECRET;\n"
        text = f"{head}{lines}\napp.listen(Number(process.env.PORT));\n"
        return [[program("node"), placed(folder, "app.mjs", text)]]

    return host


def php_page(folder: Path) -> Path:
    """docs/delivery.md's function, and the line that it tells to call it with."""
    [function] = blocks("delivery.md", "php")
    call = "verify(getallheaders(), file_get_contents('php://input'), getenv('WEBHOOK_SECRET'))"
    page = folder / "index.php"
    page.write_text(f"<?php\n{function}\nhttp_response_code({call} ? 204 : 401);\n")
    return page


def php(folder: Path, port: int) -> list[list[str]]:
    return [[program("php"), "-S", f"127.0.0.1:{port}", str(php_page(folder))]]


def php_fpm(folder: Path, port: int) -> list[list[str]]:
    found = sorted(Path("/usr/sbin").glob("php-fpm*"))
    if not found or os.geteuid() != 0:
        pytest.skip("php-fpm is not installed, or this is not root")
    page, inner = php_page(folder), free_port()
    (folder / "fpm.conf").write_text(
        f"[global]\nerror_log = {folder}/fpm.log\n[www]\nuser = root\ngroup = root\n"
        f"listen = 127.0.0.1:{inner}\npm = static\npm.max_children = 2\n"
        "env[WEBHOOK_SECRET] = $WEBHOOK_SECRET\n"
    )
    (folder / "nginx.conf").write_text(
        f"pid {folder}/nginx.pid; error_log {folder}/nginx.log; events {{}}\n"
        "http { access_log off; server { "
        f"listen 127.0.0.1:{port}; location / {{ include /etc/nginx/fastcgi_params; "
        f"fastcgi_param SCRIPT_FILENAME {page}; fastcgi_pass 127.0.0.1:{inner}; }} }} }}\n"
    )
    return [
        [str(found[0]), "-F", "-R", "-y", str(folder / "fpm.conf")],
        [program("nginx"), "-c", str(folder / "nginx.conf"), "-g", "daemon off; user root;"],
    ]


def go(folder: Path, port: int) -> list[list[str]]:
    shutil.copy(EXAMPLES / "receiver.go", folder / "receiver.go")
    return [[program("go"), "run", str(folder / "receiver.go")]]


def ruby(folder: Path, port: int) -> list[list[str]]:
    return [[program("ruby"), str(EXAMPLES / "receiver.rb")]]


HOSTS: dict[str, Callable[[Path, int], list[list[str]]]] = {
    "Flask": flask,
    "http.server": standard_library,
    "node:http": node,
    "Express": express,
    "php -S": php,
    "php-fpm under nginx": php_fpm,
    "Go": go,
    "WEBrick": ruby,
}
LIBRARIES = {
    "standardwebhooks from PyPI": flask_with("standardwebhooks"),
    "svix from PyPI": flask_with("svix"),
    "standardwebhooks from npm": express_with("standardwebhooks"),
    "svix from npm": express_with("svix"),
}


@asynccontextmanager
async def hosting(name: str, folder: Path, secret: str) -> AsyncIterator[int]:
    """A receiver on a port of its own, until the end of the test."""
    port = free_port()
    commands = (HOSTS | LIBRARIES)[name](folder, port)
    environment = {**os.environ, "WEBHOOK_SECRET": secret, "PORT": str(port)}
    environment |= {"GOCACHE": str(folder / "go"), "GO111MODULE": "off", "GOFLAGS": ""}
    with (folder / "host.log").open("wb") as log:
        running = [
            await asyncio.create_subprocess_exec(
                *one, env=environment, stdout=log, stderr=log, start_new_session=True
            )
            for one in commands
        ]
    try:
        await until(lambda: listening(port), 120)
        yield port
    finally:
        for one in running:
            os.killpg(one.pid, 15)  # `go run` has a child of its own
            await one.wait()


async def listening(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
