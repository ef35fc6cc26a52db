"""Echelon's VST3 in Ardour, headless, by its Lua interpreter: no editor is ever open. On its dummy backend, or on a JACK
server of ours when it is to be heard.

Ardour's values follow what OSC moves. Its own automation records only what a plugin's *window* moves (VST3's performEdit,
which a plugin may call on the window's thread alone), so this is what can be asked of it without one.
"""

import glob
import os
import re
import shutil
import subprocess
import time

import numpy as np

import rig
import studio
from rig import Osc, check
from studio import RATE, wait_for

BPM = 120.0
# It tells beats in whole ticks of 1/1920.
TICK = round(60.0 / BPM / 1920 * RATE) + 1
# Of the limiter; its click does not wait for it.
LATENCY = 88
SUPERCLOCKS_PER_SEC = 282_240_000
# Of a session that is opened and heard.
ATTEMPTS = 3


def programs():
    """Ardour's Lua interpreter and its scanner, by their versions."""
    lua = sorted(glob.glob("/usr/bin/ardour*-lua"))[-1]
    scanner = sorted(glob.glob("/usr/lib/ardour*/ardour-vst3-scanner"))[-1]
    return lua, scanner


class Session:
    """A session's folder, and Ardour's own home with the bundle in it."""

    def __init__(self, job, name):
        self.lua, scanner = programs()
        found = glob.glob(os.path.join(os.path.dirname(scanner), "ardour-[0-9]*"))
        rig.version(os.path.basename(found[0]).replace("-", " ", 1) if found else os.path.basename(self.lua))
        self.home, self.folder = job.path(f"ardour-{name}-home"), job.path(f"ardour-{name}")
        for folder in (self.home, self.folder):
            shutil.rmtree(folder, ignore_errors=True)
        bundle = self.home / ".vst3" / "Echelon.vst3"
        bundle.parent.mkdir(parents=True)
        shutil.copytree(job.plugin, bundle)
        env = dict(os.environ, HOME=str(self.home), LD_LIBRARY_PATH=os.path.dirname(scanner))
        self.scanned = subprocess.run([scanner, "-f", str(bundle)], env=env, capture_output=True, text=True, timeout=60)

    def start(self, programs, what, backend):
        """Ardour with this session; what it says is read with `values`."""
        for file in ("go", "done"):
            self.file(file).unlink(missing_ok=True)
        env = dict(os.environ, HOME=str(self.home), ECHELON_WORK=str(self.folder), ECHELON_DO=what, ECHELON_BACKEND=backend)
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "in_ardour.lua")
        output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return programs.start([self.lua, script], asks=True, env=env, **output)

    def file(self, name):
        """Made to tell the script in Ardour that it may go on."""
        return self.folder.with_name(f"{self.folder.name}.{name}")

    def set_loop(self, beats):
        """Lua has no call for it."""
        path = self.folder / "echelon.ardour"
        begin, end = (f"a{round(beat * 60.0 / BPM * SUPERCLOCKS_PER_SEC)}" for beat in beats)
        loop = f'<Location id="999999" name="Loop" start="{begin}" end="{end}" flags="IsAutoLoop,IsHidden" locked="0"/>'
        text, found = re.subn(r"<Locations/>", f"<Locations>{loop}</Locations>", path.read_text())
        if found != 1:
            raise ValueError("the saved session is not as expected")
        path.write_text(text)


def values(host, about):
    """The next values that Ardour tells of what it watches."""
    found = {}
    while len(found) < 2:
        line = host.stdout.readline()
        if not line:
            raise EOFError("Ardour has ended")
        print(line, end="")
        if line.startswith(f"@{about}|"):
            _, name, value = line.strip()[1:].split("|")
            found[name] = float(value)
    return [found["Crossfader"], found["Deck B Gain"]]


def follows_osc(job):
    session = Session(job, "moves")
    check("Ardour's scanner takes the bundle", session.scanned.returncode == 0, session.scanned.stderr[-200:])
    with studio.Programs(job.path("ardour-moves.said")) as programs:
        port = rig.reserve_port()
        host = session.start(programs, "moves", "None (Dummy)")
        before = values(host, "before")
        osc = Osc(port, lambda: time.sleep(0.01)).connect()
        osc.do("/crossfader", 0.25)
        osc.do("/deck/b/gain", -6.0)
        # Ardour takes up a plugin's moves in its next cycles.
        time.sleep(0.3)
        session.file("done").touch()
        after = values(host, "after")
        check("before: crossfader 0.5, gain 0 dB", before == [0.5, 0.0], before)
        check("what OSC moves is Ardour's value, with no editor open", after == [0.25, -6.0], after)
        check("Ardour ends well", host.wait(30) == 0, host.returncode)


def saves_and_loops(job):
    session = Session(job, "saves")
    with studio.Programs(job.path("ardour-saves.said")) as programs:
        port = rig.reserve_port()
        host = session.start(programs, "saves", "None (Dummy)")
        values(host, "before")
        osc = Osc(port, lambda: time.sleep(0.01)).connect()
        osc.do("/deck/a/load", job.track)
        osc.do("/crossfader", 0.25)
        osc.do("/deck/b/gain", -6.0)
        # The recording holds no more than 1.
        osc.do("/deck/a/gain", -12.0)
        session.file("done").touch()
        values(host, "after")
        check("a session with Echelon is saved", host.wait(30) == 0, host.returncode)
    session.set_loop((6.0, 14.0))
    for attempt in range(1, ATTEMPTS + 1):
        log = job.path("ardour-loops.said")
        try:
            with studio.Programs(log) as programs:
                audio, said, own_db = loops(job, session, programs, port)
            break
        except TimeoutError as error:
            # Two threads of Ardour ask JACK at once, and the words of one end in the other's: then its server lets Ardour go, and
            # nothing is processed any more, or Ardour never has its ports. That is between those two.
            if attempt == ATTEMPTS:
                raise
            print(f"JACK has lost Ardour ({error}): once more")
    for what, ok, detail in said:
        check(what, ok, detail)
    heard(job, audio, f"{own_db:.1f} dB peak in the plugin, attempt {attempt}")


def loops(job, session, programs, port):
    """In a fresh process: what was saved is there, and plays over a loop of two bars from the middle of one. The
    recording, what was found on the way, and the peak of the plugin's own master in dB."""
    said = []
    # It is in the project; another would be a sign that it was not read.
    rig.reserve_port()
    jack = studio.Jack(programs)
    host = session.start(programs, "loops", "JACK")
    jack.end_first()
    restored = values(host, "before")
    said.append(("opened again in a fresh process: the values are back", restored == [0.25, -6.0], restored))
    osc = Osc(port, lambda: time.sleep(0.01)).connect()
    wait_for("Ardour's ports", lambda: len(jack.ports(".*Master/audio_out")) == 2)
    osc.wait_for_track("a")
    said.append(("the project keeps its OSC port, and the track is back", osc.info()[2] == port, port))
    client = jack.ports(".*Master/audio_out")[0].split(":")[0]
    for side in (1, 2):
        ends = f"{client}:rig/audio_out {side}", f"{client}:Master/audio_in {side}"
        wait_for("Ardour to connect its bus to its master", lambda: jack.is_connected(*ends))
    ports = [f"{client}:{name}/audio_out {side}" for name in ("Master", "Click") for side in (1, 2)]
    recording = jack.record(job.path("ardour-loops.wav"), ports, 24)
    session.file("go").touch()
    time.sleep(3.0)
    osc.do("/deck/a/play")
    time.sleep(9.0)
    osc.send("/meters")
    own_db = osc.wait(lambda address, args: address == "/meter" and args[0] == "master")[1][1]
    osc.do("/deck/a/stop")
    audio = jack.recorded(recording)
    session.file("done").touch()
    said.append(("Ardour ends well", host.wait(30) == 0, host.returncode))
    return audio, said, own_db


def heard(job, audio, how):
    beats = onsets(audio[2]) + LATENCY
    check("the recording has Ardour's beats, over three rounds of its loop", len(beats) > 30, f"{len(beats)}")
    sound = audio[:2]
    begin, end = rig.first_sound(sound), rig.last_sound(sound)
    check("the master sounds", begin is not None, how)
    if begin is None:
        return
    off = min(begin - beats, key=abs)
    check("play asked by OSC for the next bar: heard from a beat of Ardour's on", abs(off) <= TICK, f"{off:+d} frames off; a tick of the host is {TICK}")
    late = min((end - beats)[end >= beats], default=RATE)
    fade = round(rig.FADE_SECS * RATE)
    check("stop: 3 ms of fade from a beat on", late <= fade + TICK, f"{late} frames after it")
    plays_on(job, sound[:, begin : end - fade - TICK])


def plays_on(job, sound):
    """The file, sample by sample, at the gain that the rig has."""
    length = sound.shape[1]
    file = job.samples()[:, :length]
    gains = np.linalg.lstsq(file.T, sound.T, rcond=None)[0]
    apart = rig.farthest(sound, gains.T @ file)
    bars = length / (4 * 60.0 / BPM * RATE)
    check("the deck plays on over the wraps, as if there were none", bars > 3.9 and apart < 1e-4, f"{bars:.2f} bars, {apart:.1e} apart")


def onsets(clicks):
    """The first frames of Ardour's clicks, which are much shorter than a beat."""
    loud = np.flatnonzero(clicks)
    return loud[np.diff(loud, prepend=-RATE) > RATE // 8]


if __name__ == "__main__":
    rig.main({"moves": follows_osc, "saves": saves_and_loops})
