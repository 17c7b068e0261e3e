"""What a worker gives up, for good, before it reads anything that a caller wrote.

A parser can be fooled (the engine reads `1SERVICE<…>` as a number and a SERVICE clause), the kernel
can not. By a filter of system calls (Linux, seccomp(2) mode 2) a process opens no socket, runs no
program, and neither reads, signals nor robs another; by Landlock (landlock(7), Linux 5.13) it opens
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
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

# The audit architecture of linux/audit.h, and the numbers of io_uring_setup(2), kill(2), tkill(2),
# rt_sigqueueinfo(2), rt_tgsigqueueinfo(2), pidfd_send_signal(2), pidfd_open(2), pidfd_getfd(2),
# ptrace(2), process_vm_readv(2), process_vm_writev(2), execve(2), execveat(2); that of socket(2).
_MACHINES: Final = {
    "x86_64": (
        0xC000003E,
        (425, 62, 200, 129, 297, 424, 434, 438, 101, 310, 311, 59, 322),
        41,
    ),
    "aarch64": (
        0xC00000B7,
        (425, 129, 130, 138, 240, 424, 434, 438, 117, 270, 271, 221, 281),
        198,
    ),
}
_X32: Final = 0x40000000  # where the numbers of a second way into the same kernel begin
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_MODE_FILTER: Final = 2
_LOAD, _EQUAL, _FROM, _RETURN = 0x20, 0x15, 0x35, 0x06  # BPF: load, if equal, if at least
_ALLOW: Final = 0x7FFF0000
_KILL: Final = 0x80000000
_REFUSE: Final = 0x00050000 | errno.EACCES
_INTERNET: Final = (int(socket.AF_INET), int(socket.AF_INET6))

# landlock(7): its calls, which have one number everywhere, its rights, and its kinds of rules.
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION: Final = 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_EXECUTE, _WRITE_FILE, _REMOVE, _MAKE, _TRUNCATE = 1, 1 << 1, 3 << 4, 3 << 7, 1 << 14
_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 5: 16}  # how many rights on files are known from a version
_CONNECT: Final = 1 << 1
_BENEATH, _PORT = 1, 2

_LIBRARIES: Final = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache")
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
    reads: Iterable[str] = (), writes: Iterable[str] = (), ports: Iterable[int] | None = None
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
    return Seal(_filtered(libc, ports is not None), files, files and version >= 4)


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


def _filtered(libc: Any, internet: bool) -> bool:
    """Filter system calls; whether that was done."""
    architecture, calls, opening = _MACHINES[platform.machine()]
    steps = [
        _Step(_LOAD, 0, 0, 4),  # seccomp_data.arch
        _Step(_EQUAL, 1, 0, architecture),
        _Step(_RETURN, 0, 0, _KILL),  # a call by another architecture's numbers
        _Step(_LOAD, 0, 0, 0),  # seccomp_data.nr
        _Step(_FROM, 0, 1, _X32),
        _Step(_RETURN, 0, 0, _KILL),
    ]
    for call in calls:
        steps += [_Step(_EQUAL, 0, 1, call), _Step(_RETURN, 0, 0, _REFUSE)]
    if internet:  # those of other families lead to other processes of this machine
        steps += [_Step(_EQUAL, 0, 4, opening), _Step(_LOAD, 0, 0, 16)]  # seccomp_data.args[0]
        steps += [_Step(_EQUAL, 2, 0, _INTERNET[0]), _Step(_EQUAL, 1, 0, _INTERNET[1])]
        steps.append(_Step(_RETURN, 0, 0, _REFUSE))
    else:
        steps += [_Step(_EQUAL, 0, 1, opening), _Step(_RETURN, 0, 0, _REFUSE)]
    steps.append(_Step(_RETURN, 0, 0, _ALLOW))
    program = _Program(len(steps), (_Step * len(steps))(*steps))
    return bool(libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0) == 0)
