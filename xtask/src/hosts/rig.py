"""What every host script needs: the job, checks as lines of JSON, OSC over loopback, measures, the saved state.

`cargo xtask hosts` starts a script with one job as JSON in its only argument and reads the lines on stdout that begin
with MARK; what hosts and plugins print beside them is not for it.
"""

import gc
import json
import math
import os
import re
import socket
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

MARK = "@echelon "
# For anything that the plugin's threads do. Ends a script that would wait for ever; nothing is judged by it.
PATIENCE_SECS = 20.0
FADE_SECS = 0.003

PARAMETERS = [f"Deck {deck} {what}" for deck in "ABCD" for what in ("Play", "Gain")]
PARAMETERS += ["Crossfader", "Master Gain", "Quantize"]


@dataclass
class Job:
    """What the command asks for."""

    scenario: str
    clap: str
    vst3: str
    format: str
    track: str
    dir: str
    block: int

    @property
    def plugin(self):
        """The bundle of the host's format."""
        return self.clap if self.format == "CLAP" else self.vst3

    def path(self, name):
        return Path(self.dir) / name

    def samples(self):
        """The track, channels first, as the plugin must play it at equal rates."""
        audio, _ = soundfile.read(self.track, dtype="float32")
        return audio.T


def say(fact):
    print(MARK + json.dumps(fact), flush=True)


def check(what, ok, detail=""):
    """One row of the table; `detail` is what was measured."""
    many = isinstance(detail, (list, tuple))
    say({"check": what, "ok": bool(ok), "detail": ", ".join(map(str, detail)) if many else str(detail)})


def version(text):
    """Which release of the host this is, for the table of hosts."""
    say({"version": text})


def unavailable(why):
    """The host is there, but cannot do this: a row that proves nothing."""
    say({"unavailable": why})


def main(scenarios):
    """Runs the job's scenario. Without the `end` line the command takes the script for dead."""
    job = Job(**json.loads(sys.argv[1]))
    try:
        scenarios[job.scenario](job)
    except Exception as error:  # whatever goes wrong is a result
        traceback.print_exc()
        say({"error": f"{type(error).__name__}: {error}"})
        sys.exit(1)
    gc.collect()
    say({"end": True})


def reserve_port():
    """A free UDP port, named to the next instance that this process opens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    os.environ["ECHELON_OSC_PORT"] = str(port)
    # The tune lies outside of the user's music.
    os.environ["ECHELON_OSC_FOLDERS"] = os.path.abspath(os.sep)
    return port


class Refused(Exception):
    """A /nack."""


class Osc:
    """A controller on this machine. `pump` makes the host process audio, which receipts need to come about; with a name
    it talks to the instance of that name."""

    def __init__(self, port, pump=lambda: None, name=None):
        self.prefix = f"/echelon/{name}" if name else ""
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.connect(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.port, self.pump, self.got, self.last_id = port, pump, [], 0

    def connect(self):
        """Waits until the plugin listens, which it does some moments after it was opened: what comes earlier is lost."""
        end = time.monotonic() + PATIENCE_SECS
        while True:
            self.send("/ping")
            try:
                self.wait(lambda address, _: address == "/pong", patience_secs=0.05)
                return self
            except TimeoutError:
                if time.monotonic() > end:
                    raise

    def send(self, address, *args):
        message = OscMessageBuilder(self.prefix + address)
        for arg in args:
            # A float alone would be OSC's f; beats are d.
            message.add_arg(arg, "d") if isinstance(arg, np.float64) else message.add_arg(arg)
        try:
            self.socket.send(message.build().dgram)
        except ConnectionRefusedError:
            pass  # tells of an earlier datagram; what is missing then is an answer

    def ask(self, address, *args):
        self.last_id += 1
        self.send(address, *args, "id", self.last_id)
        return self.last_id

    def wait(self, wanted, pump=True, patience_secs=PATIENCE_SECS):
        """The first answer that is wanted."""
        end = time.monotonic() + patience_secs
        while True:
            self._take()
            for address, args in self.got:
                if wanted(address, args):
                    return address, args
            if time.monotonic() > end:
                raise TimeoutError(f"no answer from the plugin in {patience_secs} s; so far {self.got[-5:]}")
            if pump:
                self.pump()
            time.sleep(0.002)

    def receipt(self, number, *kinds, pump=True, patience_secs=PATIENCE_SECS):
        """The arguments after the id. A /nack raises."""
        address, args = self.wait(lambda a, v: a in (*kinds, "/nack") and v[0] == number, pump, patience_secs)
        if address == "/nack":
            raise Refused(": ".join(args[1:]))
        return args[1:]

    def do(self, address, *args):
        """Asks, and waits until it has happened."""
        return self.receipt(self.ask(address, *args), "/done")

    def info(self):
        """The answer to /info: what was sent before has been read by then."""
        self.got = [(address, args) for address, args in self.got if address != "/info"]
        self.send("/info")
        return self.wait(lambda address, _: address == "/info", pump=False)[1]

    def wait_for_track(self, deck):
        """A deck without a track refuses to seek; a project's tracks come some time after its state. What is asked for
        while the project is opened may be gone with what was there before: it is asked again."""
        end = time.monotonic() + PATIENCE_SECS
        while True:
            try:
                return self.receipt(self.ask(f"/deck/{deck}/seek", 0.0), "/done", patience_secs=2.0)
            except (Refused, TimeoutError):
                if time.monotonic() > end:
                    raise
                self.pump()
                time.sleep(0.02)

    def _take(self):
        while True:
            try:
                for message in messages(self.socket.recv(65536)):
                    self.got.append((message.address.removeprefix(self.prefix), list(message.params)))
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue


def messages(datagram):
    """The messages of a datagram: itself, or what its bundle holds."""
    return list(OscBundle(datagram)) if OscBundle.dgram_is_bundle(datagram) else [OscMessage(datagram)]


def frame_at(beat, bpm, rate):
    """The first frame that is not before a beat; a 1/1024 of a frame counts as on it."""
    return math.ceil(beat * 60.0 / bpm * rate - 2.0**-10)


def first_sound(audio):
    """The first frame that is not digital silence."""
    frames = np.flatnonzero(audio.any(axis=0))
    return int(frames[0]) if len(frames) else None


def last_sound(audio):
    frames = np.flatnonzero(audio.any(axis=0))
    return int(frames[-1]) if len(frames) else None


def place_of(part, whole):
    """The first frame of `whole` from which on it is `part`, bit for bit."""
    num_places = whole.shape[1] - part.shape[1] + 1
    begins = np.flatnonzero((whole[:, :num_places] == part[:, :1]).all(axis=0))
    places = (int(at) for at in begins if np.array_equal(whole[:, at : at + part.shape[1]], part))
    return next(places, None)


def first_difference(a, b):
    """The first frame in which two sounds differ, as far as both go."""
    num_frames = min(a.shape[1], b.shape[1])
    frames = np.flatnonzero((a[:, :num_frames] != b[:, :num_frames]).any(axis=0))
    return int(frames[0]) if len(frames) else None


def level_db(audio):
    """Root mean square."""
    power = float(np.mean(np.square(audio, dtype=np.float64))) if audio.size else 0.0
    return 10.0 * math.log10(power) if power > 0.0 else -math.inf


def farthest(a, b):
    """The largest difference between two sounds."""
    return float(np.max(np.abs(a - b))) if a.size else math.inf


def saved_rig(state):
    """The plugin's JSON in a state that JUCE saved: XML that holds the bytes in JUCE's own base 64."""
    alphabet = b".ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+"
    size, text = re.search(rb"<IComponent>(\d+)\.([^<]*)<", state).groups()
    bits = sum(alphabet.index(char) << (6 * i) for i, char in enumerate(text))
    json_bytes = bits.to_bytes(len(text) * 6 // 8 + 1, "little")[: int(size)]
    fields = json.loads(json_bytes)
    return {"params": fields["params"], **json.loads(fields["fields"]["rig"])}
