"""Keeps reports in a file, a line each, so that a run that was cut off goes on where it ended."""

import fcntl
import json
import os
import re
import secrets
import stat
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from rolecall.errors import DeclarationError, Fault
from rolecall.verification import RoleReport, from_dict, to_dict

FORMAT: Final = 1
"""Grows when what is written changes its meaning."""

_SALT_BYTES: Final = 16
_HEADER: Final = re.compile(rb'\{"rolecall_results": (\d+), "salt": "([0-9a-f]{32})"\}\n')
_BEGINNING: Final = b'{"rolecall_results": '


@dataclass(slots=True)
class Journal:
    """Reports by the question that they answer; in a file, since memory shall not grow with their number.

    The file of a ``--resume`` is only ever added to, and each line is on the disk before the next one is
    written. Whatever ends the process leaves whole lines behind and at most one torn one, which the next run
    cuts off. Where the disk takes no more, reports are kept in memory, and ``failure`` tells why.

    Attributes:
        salt: of the fingerprints of questions.
        unread: lines, the torn one included, that could not be read; what they answered is asked again.
        failure: why a file that shall last lacks some of the reports; ``""`` where it has them all.
    """

    salt: bytes
    unread: int = 0
    failure: str = ""
    _descriptor: int | None = None
    _lasts: bool = False
    _full: bool = False
    _places: dict[str, tuple[int, int]] = field(default_factory=dict, repr=False)
    _in_memory: dict[str, RoleReport] = field(default_factory=dict, repr=False)

    @classmethod
    def temporary(cls) -> Self:
        """One without a name, which ends with the process."""
        salt = secrets.token_bytes(_SALT_BYTES)
        try:
            with tempfile.TemporaryFile() as file:
                return cls(salt=salt, _descriptor=os.dup(file.fileno()))
        except OSError:  # no folder that can be written to: memory has to do
            return cls(salt=salt)

    @classmethod
    def at(cls, path: Path) -> Self:
        """One that lasts; made where there is none.

        Raises:
            DeclarationError: the file can't be read and written, is something else, or is in use.
        """
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            problem = f"it can't be read and written: {error.strerror}"
            raise _refusal(problem, "Name a file that can be") from error
        journal = cls(salt=b"", _descriptor=descriptor, _lasts=True)
        try:
            _check_kind(descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            journal._read(path, descriptor)
        except BlockingIOError as error:
            journal.close()
            raise _refusal("another run writes to it", "Wait for that run, or name another file") from error
        except BaseException:
            journal.close()
            raise
        return journal

    def close(self) -> None:
        """Lets go of the file; other runs may then write to it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def add(self, question: str, report: RoleReport) -> None:
        """Keeps a report; a later one for the same question takes its place."""
        if self._descriptor is None or self._full:
            self._in_memory[question] = report
            return
        line = json.dumps({"question": question, "report": to_dict(report)}).encode() + b"\n"
        try:
            place = self._append(line, self._descriptor)
        except OSError as error:
            self._give_up(error)
            self._in_memory[question] = report
        else:
            self._places[question] = place

    def find(self, question: str) -> RoleReport | None:
        """The report that answers a question; ``None`` where there is none that can be read."""
        if question in self._in_memory:
            return self._in_memory[question]
        if question not in self._places or self._descriptor is None:
            return None
        offset, length = self._places[question]
        try:
            return from_dict(json.loads(os.pread(self._descriptor, length, offset))["report"])
        except (KeyError, ValueError):
            return None

    def _append(self, line: bytes, descriptor: int) -> tuple[int, int]:
        """Writes a line and answers where it stands; a torn one is left to the next run to cut off."""
        offset = os.lseek(descriptor, 0, os.SEEK_END)
        rest = memoryview(line)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if self._lasts:
            os.fsync(descriptor)
        return offset, len(line)

    def _read(self, path: Path, descriptor: int) -> None:
        """Finds the lines of a file; begins it where it is empty, and cuts off what was torn."""
        with path.open("rb") as file:
            header = file.readline()
            found = _HEADER.fullmatch(header)
            if found is None:
                self._begin(header, descriptor)
                return
            if int(found[1]) != FORMAT:
                raise _refusal(f"it has format {int(found[1])}, not {FORMAT}", "Name another file")
            self.salt = bytes.fromhex(found[2].decode())
            end = len(header)
            for line in file:
                if line.endswith(b"\n"):
                    self._note(line, end)
                    end += len(line)
                else:
                    self.unread += 1
                    os.ftruncate(descriptor, end)

    def _begin(self, header: bytes, descriptor: int) -> None:
        """Writes the first line of an empty file, or anew where a run ended in the middle of it."""
        torn = not header.endswith(b"\n") and (_BEGINNING.startswith(header) or header.startswith(_BEGINNING))
        if not torn:
            raise _refusal("it holds something else than results", "Name another file, or none that exists")
        self.salt = secrets.token_bytes(_SALT_BYTES)
        try:
            os.ftruncate(descriptor, 0)
            self._append(_BEGINNING + f'{FORMAT}, "salt": "{self.salt.hex()}"}}\n'.encode(), descriptor)
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        self._full = True
        if self._lasts:
            self.failure = str(error.strerror)

    def _note(self, line: bytes, offset: int) -> None:
        try:
            entry: Any = json.loads(line)
            self._places[str(entry["question"])] = (offset, len(line))
        except (KeyError, TypeError, ValueError):
            self.unread += 1


def _check_kind(descriptor: int) -> None:
    """Refuses devices and pipes, which keep nothing and can be read without end."""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise _refusal("it is no file that keeps anything", "Name another file, or none that exists")


def _refusal(problem: str, remedy: str) -> DeclarationError:
    return DeclarationError([Fault("--resume", problem, remedy)])
