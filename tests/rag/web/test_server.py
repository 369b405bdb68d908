from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.settings import Settings
from rag.web import serve

LIGHT = """
import sys
from rag.settings import Settings
from rag.assistant import Assistant
from rag.web import server
settings = Settings.load({"home": sys.argv[1]}, env={})
server._quiet_gradio(settings)
with Assistant(settings, long_lived=True) as assistant:
    app, machine = server.build_app(settings, assistant)
    print(machine.status()["line"])
heavy = sorted({"torch", "transformers", "sentence_transformers", "chromadb", "llama_index"} & set(sys.modules))
print("heavy:", heavy)
"""


def test_port_in_use_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError) as refused:
            serve(Settings.load({"home": tmp_path, "web.port": port}, env={}))
    assert f"127.0.0.1:{port}" in str(refused.value)
    assert "--port" in str(refused.value)


@pytest.mark.integration
def test_page_is_built_without_models_or_indexes(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", LIGHT, str(tmp_path)], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.splitlines() == ["0 reports, 0 passages · ready", "heavy: []"]
