"""What a worker gives up, for good, before it reads anything that a caller wrote.

A parser can be fooled (the engine reads `1SERVICE<…>` as a number and a SERVICE clause), the kernel
can not. By a filter of system calls (Linux, seccomp(2) mode 2) a process opens no socket, runs no
program, makes no process, which would outlive it, shares no memory, changes the rights of no file,
and neither reads, signals, hinders nor robs another; by Landlock (landlock(7), Linux 5.13) it opens
no file but those it is told. Neither needs privileges. One that may call other endpoints keeps
internet sockets, and connects (from Linux 6.7 on) to the ports of those endpoints alone.
"""

import ctypes
import errno
import os
import platform
import socket
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple


class _Machine(NamedTuple):
    """A processor's numbers: its audit architecture (linux/audit.h) and those of system calls.

    Attributes:
        architecture: its own.
        refused: calls that are never made.
        opening: socket(2).
        dividing: clone(2).
        limiting: prlimit(2).
        signalling: tgkill(2).
        owning: fcntl(2).
        controlling: ioctl(2).
    """

    architecture: int
    refused: tuple[int, ...]
    opening: int
    dividing: int
    limiting: int
    signalling: int
    owning: int
    controlling: int


# What reaches other processes, the owner's files past their rights, or the machine; line by line
# signals and pidfd; other processes' memory; programs; rights, owners and times of files and their
# marks, which Landlock leaves; shared memory, semaphores and messages; keys; priorities of others;
# what watches or measures; namespaces and mounts; the machine and its clock; processes of its own,
# pairs of sockets, which reach others by name, files in memory, which no limit counts, and locks;
# where others have their memory.
_MACHINES: Final = {
    "x86_64": _Machine(
        0xC000003E,
        (
            *(425, 62, 200, 129, 297, 424, 434, 438),
            *(101, 310, 311, 440, 448, 312, 323),
            *(59, 322),
            *(90, 91, 268, 452, 92, 93, 94, 260, 132, 235, 261, 280),
            *(188, 189, 190, 197, 198, 199, 463, 466, 469),
            *(29, 30, 31, 64, 65, 66, 220, 68, 69, 70, 71, 240),
            *(248, 249, 250),
            *(141, 142, 144, 203, 314, 251),
            *(254, 300, 298, 321, 303, 304),
            *(272, 308, 155, 161, 165, 166, 428, 429, 430, 431, 432, 433, 442, 443, 457, 458, 467),
            *(103, 163, 164, 159, 227, 305, 167, 168, 169, 170, 171, 172, 173),
            *(175, 176, 313, 246, 320, 179, 154),
            *(57, 58, 53, 319, 447, 73),
            *(256, 274, 279),
        ),
        opening=41,
        dividing=56,
        limiting=302,
        signalling=234,
        owning=72,
        controlling=16,
    ),
    "aarch64": _Machine(
        0xC00000B7,
        (
            *(425, 129, 130, 138, 240, 424, 434, 438),
            *(117, 270, 271, 440, 448, 272, 282),
            *(221, 281),
            *(52, 53, 452, 54, 55, 88),
            *(5, 6, 7, 14, 15, 16, 463, 466, 469),
            *(194, 195, 196, 190, 191, 192, 193, 186, 187, 188, 189, 180),
            *(217, 218, 219),
            *(140, 118, 119, 122, 274, 30),
            *(27, 262, 241, 280, 264, 265),
            *(97, 268, 41, 51, 40, 39, 428, 429, 430, 431, 432, 433, 442, 443, 457, 458, 467),
            *(116, 89, 170, 171, 112, 266, 224, 225, 142, 161, 162),
            *(105, 106, 273, 104, 294, 60),
            *(199, 279, 447, 32),
            *(100, 238, 239),
        ),
        opening=198,
        dividing=220,
        limiting=261,
        signalling=131,
        owning=25,
        controlling=29,
    ),
}
# F_SETOWN, F_SETSIG and F_SETOWN_EX, FIOSETOWN and SIOCSPGRP, by which a file signals another
# process, and TIOCSTI and TIOCLINUX, which type into its terminal. F_OFD_SETLK, F_OFD_SETLKW,
# F_SETLEASE and F_NOTIFY, and F_SETLK and F_SETLKW, which the engine needs where it writes: a lock
# on a file that may be read keeps others from it.
_OWNERS: Final = (8, 10, 15, 37, 38, 1024, 1026)
_LOCKS: Final = (6, 7)
_CONTROLS: Final = (0x8901, 0x8902, 0x5412, 0x541C)
# clone3(2), whose arguments no filter can read: it is told to be missing, then clone(2) is used,
# which may make a thread, and that in no namespace of its own.
_CLONE3: Final = 435
_THREAD: Final = 0x00010000
_NAMESPACES: Final = 0x7E020000
_X32: Final = 0x40000000  # where the numbers of a second way into the same kernel begin
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_MODE_FILTER: Final = 2
_LOAD, _EQUAL, _FROM, _ANY, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # BPF: load, if equal, …
_ALLOW: Final = 0x7FFF0000
_KILL: Final = 0x80000000
_REFUSE: Final = 0x00050000 | errno.EACCES
_MISSING: Final = 0x00050000 | errno.ENOSYS
_INTERNET: Final = (int(socket.AF_INET), int(socket.AF_INET6))

# landlock(7): its calls, which have one number everywhere, its rights, and its kinds of rules.
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION: Final = 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_EXECUTE, _WRITE_FILE, _REMOVE, _MAKE, _TRUNCATE = 1, 1 << 1, 3 << 4, 3 << 7, 1 << 14
_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 5: 16}  # how many rights on files are known from a version
_CONNECT: Final = 1 << 1
_BENEATH, _PORT = 1, 2

_LIBRARIES: Final = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache"),
    "/usr/share/zoneinfo",  # what times mean, as libraries look it up
)
# What it takes to find a host, and to know whether it is the one.
_NETWORK: Final = (
    *("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf"),
    *(
        "/etc/services",
        "/etc/ssl",
        "/etc/pki",
        "/etc/ca-certificates",
        "/usr/share/ca-certificates",
    ),
    *("/run/systemd/resolve",),
)


class Seal(NamedTuple):
    """What is given up.

    Attributes:
        calls: whether system calls are filtered.
        files: whether no file can be opened but those that were named.
        ports: whether no port can be connected to but those that were named.
    """

    calls: bool
    files: bool
    ports: bool


class _Step(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort),
        ("if_true", ctypes.c_ubyte),
        ("if_false", ctypes.c_ubyte),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.POINTER(_Step)))


class _Ruleset(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint64) for name in ("files", "ports", "scopes"))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("place", ctypes.c_int32))


class _Port(ctypes.Structure):
    _fields_ = (("rights", ctypes.c_uint64), ("port", ctypes.c_uint64))


def seal(
    reads: Iterable[str] = (), writes: Sequence[str] = (), ports: Iterable[int] | None = None
) -> Seal:
    """Give up the right to other files, to sockets, programs and other processes.

    Args:
        reads: files and folders that may be read, beside Python and its libraries.
        writes: folders that may be written in too.
        ports: what may be connected to; None where nothing is, and no socket opened.

    Returns:
        What is given up: less on older kernels, nothing on other systems.
    """
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        return Seal(False, False, False)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return Seal(False, False, False)
    version = libc.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))
    files: bool = version > 0 and _confined(libc, version, reads, writes, ports)
    refused = _OWNERS if any(writes) else (*_OWNERS, *_LOCKS)
    return Seal(_filtered(libc, ports is not None, refused), files, files and version >= 4)


def _confined(
    libc: Any,
    version: int,
    reads: Iterable[str],
    writes: Iterable[str],
    ports: Iterable[int] | None,
) -> bool:
    """Restrict files and ports by Landlock; whether that was done."""
    known = (1 << _RIGHTS[max(v for v in _RIGHTS if v <= version)]) - 1
    # Of version 4 on TCP, of 6 on abstract sockets and signals of processes outside.
    attributes = _Ruleset(known, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = libc.syscall(_CREATE, ctypes.byref(attributes), ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return False
    reading = [*reads, *_code(), *_LIBRARIES, *(() if ports is None else _NETWORK)]
    if Path("/proc/self/statm").exists():  # by which the limit of memory is set
        reading.append("/proc/self/statm")
    right = _READ_FILE | _READ_DIR
    for place in reading:
        _allow(libc, ruleset, place, right)
    for place in writes:
        _allow(libc, ruleset, place, known & (right | _WRITE_FILE | _REMOVE | _MAKE | _TRUNCATE))
    for port in (ports or ()) if version >= 4 else ():
        rule = _Port(_CONNECT, port)
        libc.syscall(_ADD, ruleset, _PORT, ctypes.byref(rule), 0)
    done = bool(libc.syscall(_RESTRICT, ruleset, 0) == 0)
    os.close(ruleset)
    return done


def _allow(libc: Any, ruleset: int, place: str, rights: int) -> None:
    """Allow what is at a place, and beneath it; nothing where there is nothing."""
    try:
        opened = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not Path(place).is_dir():
        rights &= _READ_FILE | _WRITE_FILE
    rule = _Beneath(rights, opened)
    libc.syscall(_ADD, ruleset, _BENEATH, ctypes.byref(rule), 0)
    os.close(opened)


def _code() -> set[str]:
    """The folders of Python and of what it imports: this package's, and what is installed."""
    paths = sysconfig.get_paths()
    places = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    return places | {str(Path(__file__).parents[3])}


def _filtered(libc: Any, internet: bool, refused: Sequence[int]) -> bool:
    """Filter system calls; whether that was done."""
    machine = _MACHINES[platform.machine()]
    steps = [
        _Step(_LOAD, 0, 0, 4),  # seccomp_data.arch
        _Step(_EQUAL, 1, 0, machine.architecture),
        _Step(_RETURN, 0, 0, _KILL),  # a call by another architecture's numbers
        _Step(_LOAD, 0, 0, 0),  # seccomp_data.nr
        _Step(_FROM, 0, 1, _X32),
        _Step(_RETURN, 0, 0, _KILL),
    ]
    for call in machine.refused:
        steps += [_Step(_EQUAL, 0, 1, call), _Step(_RETURN, 0, 0, _REFUSE)]
    steps += [_Step(_EQUAL, 0, 1, _CLONE3), _Step(_RETURN, 0, 0, _MISSING)]
    steps += [
        *(_Step(_EQUAL, 0, 5, machine.dividing), _Step(_LOAD, 0, 0, 16)),
        *(_Step(_ANY, 0, 1, _THREAD), _Step(_ANY, 0, 1, _NAMESPACES)),
        *(_Step(_RETURN, 0, 0, _REFUSE), _Step(_RETURN, 0, 0, _ALLOW)),
    ]
    own = os.getpid()
    # Sockets of other families lead to other processes of this machine.
    steps += _if_argument(machine.opening, 0, _INTERNET if internet else (), _ALLOW, _REFUSE)
    steps += _if_argument(machine.limiting, 0, (0, own), _ALLOW, _REFUSE)
    steps += _if_argument(machine.signalling, 0, (own,), _ALLOW, _REFUSE)
    steps += _if_argument(machine.owning, 1, refused, _REFUSE, _ALLOW)
    steps += _if_argument(machine.controlling, 1, _CONTROLS, _REFUSE, _ALLOW)
    steps.append(_Step(_RETURN, 0, 0, _ALLOW))
    program = _Program(len(steps), (_Step * len(steps))(*steps))
    return bool(libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def _if_argument(
    call: int, number: int, values: Sequence[int], then: int, else_: int
) -> list[_Step]:
    """The steps that end with one verdict where a call's argument is one of some values."""
    last = len(values)
    steps = [_Step(_EQUAL, 0, last + 3, call), _Step(_LOAD, 0, 0, 16 + 8 * number)]
    steps += [_Step(_EQUAL, last - at, 0, value) for at, value in enumerate(values)]
    return [*steps, _Step(_RETURN, 0, 0, else_), _Step(_RETURN, 0, 0, then)]
