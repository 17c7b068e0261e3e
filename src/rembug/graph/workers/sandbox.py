"""A process that opens no socket, runs no program, and neither reads, signals nor robs another.

What a query may not reach, the kernel does not give it. Files are left to it as they are.

A parser can be fooled (the engine reads `1SERVICE<…>` as a number and a SERVICE clause), a system
call filter can not. Linux, seccomp(2) mode 2; no privileges are needed to give a right up.
"""

import ctypes
import errno
import platform
import sys
from typing import Final

# The audit architecture of linux/audit.h, and the numbers of socket(2), io_uring_setup(2),
# kill(2), tkill(2), rt_sigqueueinfo(2), rt_tgsigqueueinfo(2), pidfd_send_signal(2), pidfd_open(2),
# pidfd_getfd(2), ptrace(2), process_vm_readv(2), process_vm_writev(2), execve(2), execveat(2).
_MACHINES: Final = {
    "x86_64": (
        0xC000003E,
        (41, 425, 62, 200, 129, 297, 424, 434, 438, 101, 310, 311, 59, 322),
    ),
    "aarch64": (
        0xC00000B7,
        (198, 425, 129, 130, 138, 240, 424, 434, 438, 117, 270, 271, 221, 281),
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


class _Step(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort),
        ("if_true", ctypes.c_ubyte),
        ("if_false", ctypes.c_ubyte),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.POINTER(_Step)))


def seal() -> bool:
    """Give up, for good, the right to open sockets, run programs, and reach into other processes.

    Returns:
        Whether it is given up: False on systems other than Linux on x86-64 and ARM64.
    """
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        return False
    architecture, calls = _MACHINES[platform.machine()]
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
    steps.append(_Step(_RETURN, 0, 0, _ALLOW))
    program = _Program(len(steps), (_Step * len(steps))(*steps))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0) == 0)
