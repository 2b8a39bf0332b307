"""How gunicorn serves it: by the project's own gunicorn.conf.py, without what that does for us."""

import runpy
from pathlib import Path

from gunicorn.config import KNOWN_SETTINGS

_ours = runpy.run_path(str(Path(__file__).parent.parent / "gunicorn.conf.py"))
globals().update(
    {
        setting.name: _ours[setting.name]
        for setting in KNOWN_SETTINGS
        if setting.name in _ours and setting.section != "Server Hooks"
    }
)
