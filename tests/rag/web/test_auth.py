from __future__ import annotations

import base64
import logging
from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.settings import Settings
from rag.web.auth import FAILURES, LOCKED_S, Door, door_of


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def basic(user: str, password: str) -> bytes:
    return b"Basic " + base64.b64encode(f"{user}:{password}".encode())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(clock: Clock) -> Door:
    return Door("ana", "s3cret é", clock)


def status(door: Door, header: bytes, address: str = "10.0.0.1") -> int:
    refusal = door.refusal(header, address)
    return refusal[0] if refusal else 200


def test_right_name_and_password_are_let_in(door: Door) -> None:
    assert status(door, basic("ana", "s3cret é")) == 200
    assert status(door, b"basic   " + basic("ana", "s3cret é")[6:]) == 200


@pytest.mark.parametrize(
    "header",
    [b"", basic("ana", "wrong"), basic("eve", "s3cret é"), basic("", ""), b"Basic ???", b"Basic", b"Bearer x", b"\xff\xfe"],
)
def test_anything_else_is_asked_for_name_and_password(door: Door, header: bytes) -> None:
    refusal = door.refusal(header, "10.0.0.1")
    assert refusal is not None
    assert refusal[0] == 401
    assert refusal[2][0][0] == b"www-authenticate"


def test_address_is_locked_out_after_failures_and_let_in_again_later(door: Door, clock: Clock) -> None:
    for _ in range(FAILURES):
        assert status(door, basic("ana", "wrong")) == 401
    assert status(door, basic("ana", "s3cret é")) == 429
    assert status(door, basic("ana", "s3cret é"), "10.0.0.2") == 200
    clock.now += LOCKED_S + 1
    assert status(door, basic("ana", "s3cret é")) == 200


def test_request_without_password_is_no_failure_and_success_clears_them(door: Door) -> None:
    for _ in range(3 * FAILURES):
        assert status(door, b"") == 401
    for _ in range(3):
        for _ in range(FAILURES - 1):
            assert status(door, basic("ana", "wrong")) == 401
        assert status(door, basic("ana", "s3cret é")) == 200


def test_password_never_reaches_log_or_settings_text(
    tmp_path: Path, door: Door, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    with caplog.at_level(logging.DEBUG):
        status(door, basic("ana", "hunter2"))
    assert "10.0.0.1" in caplog.text
    assert "hunter2" not in caplog.text
    given = settings.changed({"web.password": "hunter2"})
    assert "hunter2" not in repr(given) + str(given.get("web.password")) + given.model_dump_json() + given.fingerprint()
    file = tmp_path / "rag.toml"
    file.write_text("[web]\npassword = 20181231\n")
    with pytest.raises(SettingsError) as told:
        Settings.load(env={}, file=file)
    assert "20181231" not in str(told.value)


def test_password_comes_from_environment_or_file(tmp_path: Path) -> None:
    assert door_of(Settings.load(env={}).web) is None
    given = Settings.load(env={"RAG_WEB_PASSWORD": "one", "RAG_WEB_USER": "ana"}).web
    door = door_of(given)
    assert door is not None
    assert status(door, basic("ana", "one")) == 200
    file = tmp_path / "password"
    file.write_text("two\nignored\n")
    door = door_of(Settings.load(env={"RAG_WEB_PASSWORD": "one", "RAG_WEB_PASSWORD_FILE": str(file)}).web)
    assert door is not None
    assert status(door, basic("", "two")) == 200


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_unusable_password_file_is_an_error_not_an_open_door(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_text(content)
    with pytest.raises(SettingsError, match="password_file"):
        door_of(Settings.load(env={"RAG_WEB_PASSWORD_FILE": str(file)}).web)
    with pytest.raises(SettingsError, match="without a password"):
        door_of(Settings.load(env={"RAG_WEB_USER": "ana"}).web)
