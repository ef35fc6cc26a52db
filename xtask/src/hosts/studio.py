"""What programs with windows and sound need on a machine that has neither: a display (Xvfb) and a sound server (JACK on
its dummy driver, which makes blocks in real time). Both are this process's own, with names of their own, and end with it.
"""

import contextlib
import ctypes
import os
import subprocess
import time
from pathlib import Path

import numpy as np
import soundfile

RATE = 48_000
BLOCK = 1024
# For a program to start, on a busy machine.
START_SECS = 60.0


def wait_for(what, is_it, patience_secs=START_SECS, every_secs=0.02):
    """The first result of `is_it` that is one; an error names what was waited for."""
    end = time.monotonic() + patience_secs
    while True:
        result = is_it()
        if result is not None and result is not False:
            return result
        if time.monotonic() > end:
            raise TimeoutError(f"waited {patience_secs:.0f} s for {what}")
        time.sleep(every_secs)


class Programs(contextlib.ExitStack):
    """Programs that end with the `with` block, the last one first, with what they said in one log."""

    def __init__(self, log):
        super().__init__()
        self.log = self.enter_context(open(log, "w"))

    def start(self, command, asks=False, **options):
        """`asks`: it would ask what to do with unsaved work before it ends."""
        options = {"stdout": self.log, "stderr": self.log, "stdin": subprocess.DEVNULL, **options}
        program = subprocess.Popen(list(map(str, command)), **options)
        self.callback(end, program, 0.0 if asks else 10.0)
        return program


def end(program, patience_secs):
    """Ends a program, and kills it if that takes too long."""
    if program.poll() is None:
        program.terminate()
        try:
            program.wait(patience_secs)
        except subprocess.TimeoutExpired:
            program.kill()
    program.wait()


def open_display(programs):
    """The name of a fresh display."""
    server = programs.start(["Xvfb", "-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], stdout=subprocess.PIPE)
    return f":{int(server.stdout.readline())}"


class Jack:
    """A JACK server of our own, and the transport of whoever plays on it."""

    def __init__(self, programs):
        self.programs = programs
        # Always the same: JACK keeps a list of eight names, and one that was not ended well keeps its place there.
        name = "echelon-hosts"
        os.environ.update(JACK_DEFAULT_SERVER=name, JACK_NO_START_SERVER="1", JACK_NO_AUDIO_RESERVATION="1")
        # Synchronous: a block waits for every client, so a busy machine makes it late and not incomplete.
        command = ["jackd", "--no-realtime", "-S", "-t", "20000", "-n", name, "-d", "dummy", "-r", RATE, "-p", BLOCK]
        self.server = programs.start(command)
        self.lib = ctypes.CDLL("libjack.so.0")
        self.lib.jack_client_open.restype = ctypes.c_void_p
        self.lib.jack_get_ports.restype = ctypes.POINTER(ctypes.c_char_p)
        self.lib.jack_port_by_name.restype = ctypes.c_void_p
        self.lib.jack_port_get_all_connections.restype = ctypes.POINTER(ctypes.c_char_p)
        self.lib.jack_get_current_transport_frame.restype = ctypes.c_uint32
        self.client = ctypes.c_void_p(wait_for("jackd", self._open))
        if self.lib.jack_activate(self.client) != 0:
            raise OSError("JACK does not take us")

    def _open(self):
        if self.server.poll() is not None:
            raise OSError("jackd ended; its reason is in the log")
        # Clients and servers must not share a name. 1: JackNoStartServer.
        return self.lib.jack_client_open(b"script", 1, None)

    def end_first(self):
        """Call this when the clients are there: the server then ends before them. It waits for those that are dead."""
        self.programs.callback(end, self.server, 10.0)

    def ports(self, begin):
        """The names of all ports that begin so."""
        found = self.lib.jack_get_ports(self.client, f"^{begin}".encode(), None, ctypes.c_ulong(0))
        names, at = [], 0
        while found and found[at]:
            names.append(found[at].decode())
            at += 1
        return names

    def is_connected(self, port, other):
        """Whether the two are connected, by whomever."""
        port = self.lib.jack_port_by_name(self.client, port.encode())
        found = self.lib.jack_port_get_all_connections(self.client, ctypes.c_void_p(port)) if port else None
        at = 0
        while found and found[at]:
            if found[at].decode() == other:
                return True
            at += 1
        return False

    def play(self):
        self.lib.jack_transport_start(self.client)

    def stop(self):
        self.lib.jack_transport_stop(self.client)

    def locate(self, frame):
        self.lib.jack_transport_locate(self.client, ctypes.c_uint32(frame))

    def frame(self):
        """Where the transport is."""
        return self.lib.jack_get_current_transport_frame(self.client)

    def wait_until(self, frame):
        wait_for(f"frame {frame} of the transport", lambda: self.frame() >= frame, START_SECS + frame / RATE, 0.002)

    def record(self, path, ports, secs):
        """Begins to record; the recording is read with `recorded`."""
        command = ["jack_rec", "-f", path, "-d", str(secs), "-b", "32", *ports]
        return self.programs.start(command), Path(path)

    def recorded(self, recording):
        """The sound, channels first, when all of it is there."""
        program, path = recording
        program.wait(120)
        audio, _ = soundfile.read(str(path), dtype="float32")
        return np.ascontiguousarray(audio.T)
