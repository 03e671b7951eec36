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
    """``Firefox 128, Windows`` for a User-Agent; ``curl 8`` for other programs."""
    versions = dict(PRODUCT.findall(agent))
    found = next((one for one in PROGRAMS if one in versions), None)
    if found is None:
        first = PRODUCT.match(agent)
        return f"{first[1]} {first[2]}" if first else "a browser"
    system = next((f", {shown}" for mark, shown in SYSTEMS.items() if mark in agent), "")
    return f"{PROGRAMS[found]} {versions[found]}{system}"
