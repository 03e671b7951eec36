"""What a person calls the program behind a User-Agent; pure."""

import re

# The narrower comes first: every browser also says that it is older ones.
PROGRAMS = {
    "YaBrowser": "Yandex Browser",
    "EdgA": "Edge",
    "EdgiOS": "Edge",
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "FxiOS": "Firefox",
    "Firefox": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Version": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
PRODUCT = re.compile(r"([A-Za-z][\w.+-]{0,30})/(\d{1,9})", re.ASCII)


def name(agent: str) -> str:
    """``Firefox 128, Windows`` for a User-Agent; ``curl 8`` for other programs.

    What only says "Mozilla", as every browser does, is one inside an app: ``Browser, iPhone``.
    """
    versions = dict(PRODUCT.findall(agent))
    found = next((one for one in PROGRAMS if one in versions), None)
    first = PRODUCT.match(agent)
    if found is None and first and first[1] != "Mozilla":
        return f"{first[1]} {first[2]}"
    system = next((f", {shown}" for mark, shown in SYSTEMS.items() if mark in agent), "")
    return (f"{PROGRAMS[found]} {versions[found]}" if found else "Browser") + system
