"""Echelon in qtractor, a sequencer with a window of its own (never looked at here) that hosts CLAP and VST3.

Its sessions are XML, written by hand here. It runs on a display and a JACK server of our own and is played by JACK's
transport; a second track plays a click on each bar line, so that a recording tells where the host's bars were.
"""

import os
import shutil
import signal
import struct
import subprocess
import time
import xml.etree.ElementTree as xml
from pathlib import Path

import numpy as np
import soundfile

import rig
import studio
from rig import Osc, check, first_sound, frame_at
from studio import RATE, wait_for

BPM = 126.0
BAR_BEATS = 4
TICKS_PER_BEAT = 960
# Of the limiter; qtractor makes up for it only if told to.
LATENCY = 88
CLICK = 0.5
# What the crossfader lets through of deck A at its middle.
MIDDLE = np.float32(np.cos(np.pi / 4))
# It tells where it is in whole ticks.
TICK = frame_at(1.0 / TICKS_PER_BEAT, BPM, RATE)


class Session:
    """A session's folder and file."""

    def __init__(self, job, name):
        self.job = job
        self.folder = job.path(f"qtractor-{job.format}-{name}".lower())
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.file = self.folder / "set.qtr"
        self.curve = self.folder / "crossfader.mid"

    def write(self, notes=(), loop_beats=None, capture=False):
        """One track with the plugin, one with clicks. `notes` are (beat, number)."""
        self.write_clicks()
        midi_file(self.folder / "notes.mid", notes)
        midi_file(self.curve, ())
        loop = [frame_at(beat, BPM, RATE) for beat in loop_beats] if loop_beats else (0, 0)
        curve = CURVE.format(file=self.curve.name) if capture else ""
        plugin = PLUGIN.format(format=self.job.format, path=self.job.plugin, curve=curve)
        fields = dict(folder=self.folder, rate=RATE, bpm=BPM, ticks=TICKS_PER_BEAT, loop_start=loop[0], loop_end=loop[1])
        frames = frame_at(64.0, BPM, RATE)
        self.file.write_text(SESSION.format(**fields, plugin=plugin, notes=self.folder / "notes.mid", clicks=self.folder / "clicks.wav", frames=frames))

    def write_clicks(self):
        sound = np.zeros((frame_at(64.0, BPM, RATE), 2), dtype=np.float32)
        for bar in range(16):
            sound[frame_at(bar * BAR_BEATS, BPM, RATE)] = CLICK
        soundfile.write(str(self.folder / "clicks.wav"), sound, RATE, subtype="FLOAT")

    def saved(self):
        return xml.parse(self.file).getroot()


def midi_file(path, notes):
    """A file of format 1 with one track; `notes` are (beat, number)."""
    events, last = b"", 0
    for beat, number in notes:
        at = round(beat * TICKS_PER_BEAT)
        events += varied(at - last) + bytes([0x90, number, 100]) + varied(120) + bytes([0x80, number, 0])
        last = at + 120
    events += varied(0) + bytes([0xFF, 0x2F, 0])
    head = struct.pack(">4sIHHH", b"MThd", 6, 1, 1, TICKS_PER_BEAT)
    path.write_bytes(head + struct.pack(">4sI", b"MTrk", len(events)) + events)


def varied(number):
    """A MIDI file's number of varying length."""
    out = bytes([number & 0x7F])
    while number := number >> 7:
        out = bytes([0x80 | number & 0x7F]) + out
    return out


SESSION = """<!DOCTYPE qtractorSession>
<session name="set">
 <properties><directory>{folder}</directory><sample-rate>{rate}</sample-rate><tempo>{bpm}</tempo>
  <ticks-per-beat>{ticks}</ticks-per-beat><beats-per-bar>4</beats-per-bar><beat-divisor>2</beat-divisor></properties>
 <state><loop-start>{loop_start}</loop-start><loop-end>{loop_end}</loop-end></state>
 <devices>
  <audio-engine>
   <audio-control><transport-mode>duplex</transport-mode><timebase>0</timebase></audio-control>
   <audio-bus name="Master" mode="duplex"><channels>2</channels><auto-connect>0</auto-connect></audio-bus>
   <audio-bus name="Clicks" mode="duplex"><channels>2</channels><auto-connect>0</auto-connect></audio-bus>
  </audio-engine>
  <midi-engine><midi-bus name="Notes" mode="duplex"/></midi-engine>
 </devices>
 <tracks>
  <track name="Rig" type="midi">
   <properties><input-bus>Notes</input-bus><output-bus>Notes</output-bus><midi-channel>0</midi-channel></properties>
   <state><gain>1</gain></state>
   <clips><clip name="notes">
    <properties><start>0</start><offset>0</offset><length>{frames}</length></properties>
    <midi-clip><filename>{notes}</filename><track-channel>0</track-channel></midi-clip></clip></clips>
   <plugins><audio-output-bus>0</audio-output-bus><audio-output-bus-name>Master</audio-output-bus-name>{plugin}</plugins>
  </track>
  <track name="Clicks" type="audio">
   <properties><input-bus>Clicks</input-bus><output-bus>Clicks</output-bus></properties>
   <state><gain>1</gain></state>
   <clips><clip name="clicks">
    <properties><start>0</start><offset>0</offset><length>{frames}</length></properties>
    <audio-clip><filename>{clicks}</filename></audio-clip></clip></clips>
  </track>
 </tracks>
</session>
"""

PLUGIN = """<plugin type="{format}"><filename>{path}</filename><index>0</index><activated>1</activated>{curve}</plugin>"""

# Armed for recording, and playing, as a curve that does not play is recorded at no time but 0.
CURVE = """<curve-file><filename>{file}</filename><curve-items><curve-item name="Crossfader" index="0" mode="Hold">
 <type>NRPN</type><channel>0</channel><param>0</param><process>1</process><capture>1</capture></curve-item></curve-items>
</curve-file>"""


class Qtractor:
    """The program with a session, on a display and a sound server of its own."""

    def __init__(self, job, programs, session, port=None):
        self.session = session
        # A saved session brings its port along.
        port = port or rig.reserve_port()
        self.jack = studio.Jack(programs)
        home = session.folder / "home"
        home.mkdir(exist_ok=True)
        # No question may wait for an answer that nobody gives.
        settings = home / ".config/rncbc.org/Qtractor.conf"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(SETTINGS)
        env = dict(os.environ, HOME=str(home), XDG_RUNTIME_DIR=str(home), DISPLAY=studio.open_display(programs))
        env["LD_PRELOAD"] = str(empty_sequencer(job))
        self.program = programs.start(["qtractor", session.file], asks=True, env=env, cwd=session.folder)
        self.jack.end_first()
        wait_for("qtractor's ports", lambda: len(self.jack.ports("Qtractor:(Master|Clicks)/out")) == 4)
        self.osc = Osc(port, lambda: time.sleep(0.005)).connect()

    def record(self, name, secs):
        ports = [f"Qtractor:{bus}/out_{side}" for bus in ("Master", "Clicks") for side in (1, 2)]
        return self.jack.record(self.session.folder / name, ports, secs)

    def save(self):
        """As when the user saves: a signal that sessions managers send."""
        before = self.session.file.stat().st_mtime_ns
        self.program.send_signal(signal.SIGUSR1)
        wait_for("the saved session", lambda: self.session.file.stat().st_mtime_ns != before)
        wait_for("the whole of it", lambda: self.session.file.read_text().rstrip().endswith("</session>"))


SETTINGS = """[Options]
Audio\\PlayerBus=false
Default\\AutoDeactivate=false
AutoSave\\Enabled=false
Logging\\MessagesLog=false
"""


def empty_sequencer(job):
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "empty_sequencer.c")
    library = job.path("empty_sequencer.so")
    command = ["gcc", "-shared", "-fPIC", "-O1", "-Wno-builtin-declaration-mismatch", "-o", str(library), source]
    subprocess.run(command, check=True)
    return library


def clicks_in(recording):
    """The frames of the host's bar lines in a recording."""
    return [int(frame) for frame in np.flatnonzero(np.abs(recording[2]) > CLICK / 2)]


def opens(job, programs, name, **what):
    session = Session(job, name)
    session.write(**what)
    return Qtractor(job, programs, session)


def plays(job):
    """Its own sequencer plays a note; its clicks tell where that had to be heard."""
    with studio.Programs(job.path("qtractor-plays.said")) as programs:
        host = opens(job, programs, "plays", notes=[(5.25, 36)])
        check("answers on the OSC port it was given", host.osc.info()[2] == host.osc.port, host.osc.port)
        host.osc.do("/deck/a/load", job.track)
        recording = host.record("plays.wav", 14)
        host.jack.play()
        # In bar 5, so on bar 6's line.
        host.jack.wait_until(frame_at(17.0, BPM, RATE))
        number = host.osc.ask("/deck/a/stop")
        host.osc.receipt(number, "/done")
        audio = host.jack.recorded(recording)
        check("it runs on", host.program.poll() is None)
    sound, lines = audio[:2], clicks_in(audio)
    steps = {after - before for before, after in zip(lines, lines[1:])}
    check("the recording has the host's bar lines", len(lines) > 5 and steps <= {91_428, 91_429}, f"{len(lines)}, {steps} frames apart")
    begin = first_sound(sound)
    started_on(lines, begin, "note 36 of qtractor's sequencer in bar 2, quantize 1 bar")
    ends_on(lines, begin, sound)
    heard_as_in_the_file(job, sound[:, begin : begin + 2 * RATE], MIDDLE, "and what is heard is the file")


def heard_as_in_the_file(job, heard, gain, what):
    """Sample by sample, from the track's first frame on."""
    length = heard.shape[1]
    apart = rig.farthest(heard, job.samples()[:, :length] * gain)
    check(what, length > RATE and apart < 1e-4, f"{length / RATE:.2f} s, {apart:.1e} apart")


def started_on(lines, begin, what):
    place = nearest(lines, begin) + LATENCY
    check(f"{what}: heard from a bar line on", abs(begin - place) <= TICK, f"{begin - place:+d} frames off; a tick of the host is {TICK}")


def ends_on(lines, begin, sound):
    end = rig.last_sound(sound)
    late = end - nearest(lines, end) - LATENCY
    good = end > begin and -TICK <= late <= round(rig.FADE_SECS * RATE) + TICK
    check("stop asked by OSC for the next bar: 3 ms of fade from a bar line", good, f"{late} frames after it")


def nearest(lines, frame):
    return min(lines, key=lambda line: abs(line + LATENCY - frame))


def loops(job):
    """Two bars over and over, from the middle of one: qtractor wraps in the middle of a block and tells no loop."""
    with studio.Programs(job.path("qtractor-loops.said")) as programs:
        host = opens(job, programs, "loops", loop_beats=(6.0, 14.0))
        host.osc.do("/deck/a/load", job.track)
        recording = host.record("loops.wav", 22)
        host.jack.play()
        host.jack.wait_until(frame_at(9.0, BPM, RATE))
        host.osc.do("/deck/a/play")
        time.sleep(9.0)
        host.osc.do("/deck/a/stop")
        audio = host.jack.recorded(recording)
        check("it runs on", host.program.poll() is None)
    sound, lines = audio[:2], clicks_in(audio)
    check("the transport loops: more bar lines are heard than there are", len(lines) > 8, f"{len(lines)}, of 4")
    begin = first_sound(sound)
    started_on(lines, begin, "play asked by OSC for the next bar")
    ends_on(lines, begin, sound)
    end = nearest(lines, rig.last_sound(sound)) + LATENCY - TICK
    heard_as_in_the_file(job, sound[:, begin:end], MIDDLE, "the deck plays on over the wraps, as if there were none")


def records(job):
    """The crossfader's curve is armed; what moves it is OSC alone."""
    moves = [0.1, 0.3, 0.6, 0.9]
    sent = []
    with studio.Programs(job.path("qtractor-records.said")) as programs:
        host = opens(job, programs, "records", capture=True)
        host.jack.play()
        host.jack.wait_until(RATE)
        for value in moves:
            sent.append(host.jack.frame())
            host.osc.do("/crossfader", value)
            host.jack.wait_until(sent[-1] + RATE)
        sent.append(host.jack.frame())
        host.jack.stop()
        time.sleep(1.0)
        host.save()
        session, port = host.session, host.osc.port
    nodes = recorded(session)
    values = [round(value, 3) for _, value in nodes]
    check("moves by OSC are recorded as automation of Crossfader, with no editor open", values == moves, values)
    times = [frame for frame, _ in nodes]
    good = len(times) == len(moves) and all(at <= time < after for time, at, after in zip(times, sent, sent[1:]))
    late = [round((time - at) / RATE, 2) for time, at in zip(times, sent)]
    check("each between its message and the next, by the host's transport", good, f"s after its message: {late}")
    if nodes:
        replays(job, session, port, nodes)


def recorded(session):
    """What the saved session's curve of the crossfader holds; it has no item while it is empty."""
    curve = session.saved().find(".//plugin/curve-file")
    item = curve.find("curve-items/curve-item[@name='Crossfader']")
    return [] if item is None else curve_nodes(session.folder / curve.find("filename").text)


def replays(job, session, port, nodes):
    """The recorded curve moves the crossfader again, in another process."""
    text = session.file.read_text().replace("<capture>1<", "<capture>0<")
    session.file.write_text(text)
    with studio.Programs(job.path("qtractor-replays.said")) as programs:
        host = Qtractor(job, programs, session, port)
        before = crossfader(host.osc)
        host.jack.play()
        heard = []
        for (frame, _), (after, _) in zip(nodes, nodes[1:] + [(nodes[-1][0] + RATE, 0.0)]):
            host.jack.wait_until((frame + after) // 2)
            heard.append(round(crossfader(host.osc), 2))
    wanted = [round(value, 2) for _, value in nodes]
    check("played back, the automation moves the crossfader again", heard == wanted, f"{before:.2f}, then {heard}")


def curve_nodes(path):
    """(frame, value) of NRPN 0 in a MIDI file of ours or qtractor's."""
    data = path.read_bytes()
    ticks_per_beat = struct.unpack(">H", data[12:14])[0]
    at, end, tick, status, high, nodes = 22, 22 + struct.unpack(">I", data[18:22])[0], 0, 0, 0, []
    while at < end:
        delta = 0
        while True:
            byte, at = data[at], at + 1
            delta = delta << 7 | byte & 0x7F
            if byte < 0x80:
                break
        tick += delta
        if data[at] >= 0x80:
            status, at = data[at], at + 1
        if status == 0xFF:
            at += 2 + data[at + 1]
            continue
        number, value = data[at], data[at + 1]
        at += 2
        if number == 6:
            high = value
        elif number == 38:
            nodes.append((frame_at(tick / ticks_per_beat, BPM, RATE), (high << 7 | value) / 0x3FFF))
    return nodes


def crossfader(osc):
    """Where the plugin has it."""
    osc.got.clear()
    osc.send("/snapshot")
    osc.wait(lambda address, _: address == "/snapshot/end")
    return next(args[-1] for address, args in osc.got if address == "/crossfader")


def saves_and_restores(job):
    with studio.Programs(job.path("qtractor-saves.said")) as programs:
        host = opens(job, programs, "saves")
        host.osc.do("/deck/a/load", job.track)
        host.osc.do("/crossfader", 0.25)
        host.osc.do("/deck/a/gain", -6.0)
        host.save()
        session, port = host.session, host.osc.port
    state = session.saved().find(".//plugin/configs/config[@key='state']")
    check("the session holds the plugin's state", state is not None and len(state.text) > 500, len(state.text) if state is not None else None)
    with studio.Programs(job.path("qtractor-restores.said")) as programs:
        host = Qtractor(job, programs, session, port)
        host.osc.wait_for_track("a")
        check("in a fresh process: the project keeps its OSC port", host.osc.info()[2] == port, port)
        check("the crossfader is where it was", abs(crossfader(host.osc) - 0.25) < 1e-6, crossfader(host.osc))
        recording = host.record("restored.wav", 8)
        host.jack.play()
        host.jack.wait_until(RATE)
        host.osc.do("/deck/a/play")
        audio = host.jack.recorded(recording)
    begin = first_sound(audio[:2])
    started_on(clicks_in(audio), begin, "the track is back and sounds: play asked by OSC for the next bar")
    gain = np.float32(10.0 ** (-6.0 / 20.0) * np.cos(0.25 * np.pi / 2))
    heard_as_in_the_file(job, audio[:2, begin : begin + 2 * RATE], gain, "with its gain and the crossfader's")


def only(scenario):
    """Debian builds qtractor without VST3."""

    def run(job):
        said = subprocess.run(["qtractor", "--version"], env=dict(os.environ, QT_QPA_PLATFORM="offscreen"), capture_output=True, text=True)
        rig.version(said.stdout.split("\n")[0])
        # What it was built without is in its "about" only.
        disabled = f"{job.format} Plug-in support disabled"
        if disabled.encode() in Path(shutil.which("qtractor")).read_bytes():
            rig.unavailable(f"this qtractor says \"{disabled}\"")
            return
        scenario(job)

    return run


if __name__ == "__main__":
    rig.main({"plays": only(plays), "loops": only(loops), "records": only(records), "saves": only(saves_and_restores)})
