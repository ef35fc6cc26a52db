"""Echelon's VST3 in dawdreamer, a JUCE host: a rolling transport at 126 BPM that starts at beat 0 in each render.

dawdreamer gives one value of each automation a block, the one at the block's first frame, and no stop, seek or loop.
"""

import gc
import math
import os
import time

import dawdreamer
import numpy as np

import rig
from rig import Osc, check, farthest, first_sound, frame_at, last_sound

RATE = 48_000
BPM = 126.0
PLAY, GAIN, CROSSFADER, QUANTIZE = "Deck A Play", "Deck A Gain", "Crossfader", "Quantize"
MASTER, DECK_A, OTHER_DECKS = slice(0, 2), slice(2, 4), slice(4, 10)
# Of the limiter, as it is told; dawdreamer does not make up for it.
LATENCY = 88
# Bar 3, which is between two frames: 182857.14.
LINE_BEAT = np.float64(8.0)
LINE_FRAME = frame_at(8.0, BPM, RATE)


class Host:
    """One instance in a graph of its own."""

    def __init__(self, job, bpm=BPM):
        self.port = rig.reserve_port()
        self.engine = dawdreamer.RenderEngine(RATE, job.block)
        started = time.monotonic()
        self.plugin = self.engine.make_plugin_processor("echelon", job.plugin)
        self.open_secs = time.monotonic() - started
        self.engine.load_graph([(self.plugin, [])])
        if bpm is not None:
            self.engine.set_bpm(bpm)
        self.index = {param["name"]: param["index"] for param in self.plugin.get_parameters_description()}
        self.osc = Osc(self.port, self.pump).connect()

    def pump(self):
        # Shorter than a beat: what waits for a line later than that still waits.
        self.engine.render(0.02)

    def render(self, secs):
        """What is heard from the transport's first frame on."""
        self.engine.render(secs + LATENCY / RATE)
        return self.engine.get_audio()[:, LATENCY:].copy()

    def load(self, job):
        self.osc.do("/deck/a/load", job.track)

    def wait_at(self, beat):
        """Asks for a play on a song beat, and waits until it is scheduled."""
        number = self.osc.ask("/deck/a/play", beat)
        return number, self.osc.receipt(number, "/ack")

    def automate(self, index, values):
        self.plugin.set_automation(self.index[index], np.asarray(values, dtype=np.float32))

    def set(self, index, value):
        """A parameter reaches the plugin with the next block."""
        self.automate(index, np.full(RATE, value))
        self.pump()

    def text(self, index):
        return self.plugin.get_parameter_text(self.index[index])

    def state(self, path):
        self.plugin.save_state(str(path))
        return rig.saved_rig(path.read_bytes())


def on_line(frame):
    return f"frame {frame}, due {LINE_FRAME}"


def step(num_frames, at):
    """Automation from 0 to 1 at a frame."""
    return np.arange(num_frames) >= at


def opens(job):
    host = Host(job)
    check("opens in less than 5 s", host.open_secs < 5.0, f"{host.open_secs:.2f} s")
    channels = host.plugin.get_num_input_channels(), host.plugin.get_num_output_channels()
    check("4 stereo inputs, 6 stereo outputs", channels == (8, 12), f"channels {channels}")
    params = host.plugin.get_parameters_description()
    names = [param["name"] for param in params]
    check("tells its parameters by name", set(rig.PARAMETERS) <= set(names), f"{len(names)}")
    texts = [host.text(name) for name in (PLAY, GAIN, CROSSFADER, QUANTIZE)]
    check("tells values with their units", texts == ["stopped", "0.0 dB", "50.0 %", "1 bar"], texts)
    info = host.osc.info()
    check("answers on the OSC port it was given", info[0] == "Echelon" and info[2] == host.port, info)
    saved = host.state(job.path("fresh.state"))
    check("a fresh instance's state names that port", saved["osc_port"] == host.port, saved["osc_port"])
    check("silent with nothing loaded", not host.render(1.0).any())


def plays_on_the_beat(job):
    host, track = Host(job), job.samples()
    host.load(job)
    number, ack = host.wait_at(LINE_BEAT)
    check("a stopped deck is silent", not host.engine.get_audio().any())
    audio = host.render(8.0)
    done = host.osc.receipt(number, "/done", pump=False)
    first = first_sound(audio[MASTER])
    check("play asked for beat 8: master silent before, first sound on its frame", first == LINE_FRAME, on_line(first))
    played = audio[DECK_A, LINE_FRAME:]
    same = np.array_equal(played, track[:, : played.shape[1]]) and first_sound(audio[DECK_A]) == LINE_FRAME
    check("deck A's output is the file, bit for bit", same, f"{played.shape[1]} frames")
    apart = farthest(audio[MASTER, LINE_FRAME:], played * math.cos(math.pi / 4))
    check("the master is deck A at the middle of the crossfader", apart < 1e-6, f"{apart:.1e} apart")
    loud = rig.level_db(audio[MASTER, LINE_FRAME:])
    check("the master sounds from there on", loud > -40.0, f"{loud:.1f} dB")
    check("decks B to D are silent", not audio[OTHER_DECKS].any())
    check("its receipts name beat 8 and 0 frames late", ack == [8.0] and done == [8.0, 0], f"{ack} {done}")
    stops_on_the_beat(host, track, played.shape[1])


def stops_on_the_beat(host, track, heard_frames):
    """The deck plays on in the next render, whose beats begin at 0 again: to the deck a jump of the host."""
    beat = 3.0
    number = host.osc.ask("/deck/a/stop", np.float64(beat))
    host.osc.receipt(number, "/ack")
    audio = host.render(4.0)[DECK_A]
    host.osc.receipt(number, "/done", pump=False)
    due = frame_at(beat, BPM, RATE)
    # Some of the file went by while it was scheduled.
    place = rig.place_of(audio[:, : due // 2], track[:, heard_frames:])
    check("a jump of the host leaves a playing deck alone", place is not None, f"{place} frames on")
    fades_at(due, audio, track[:, heard_frames + (place or 0) :], "stop asked for beat 3")


def fades_at(due, audio, file, what):
    """The sound is the file's up to the due frame, and 3 ms later there is none."""
    begin, end = rig.first_difference(audio, file), last_sound(audio)
    good = begin == due and end is not None and due <= end < due + round(rig.FADE_SECS * RATE)
    check(f"{what}: 3 ms of fade from its frame", good, f"{begin} to {end}, due {due}")


def obeys_automation(job):
    host, track = Host(job), job.samples()
    host.load(job)
    host.automate(PLAY, step(8 * RATE, 130_100))
    audio = host.render(6.0)
    first = first_sound(audio[MASTER])
    check("Deck A Play in bar 2, quantize 1 bar: on bar 3's frame", first == LINE_FRAME, on_line(first))
    host.set(PLAY, 0.0)
    host.set(QUANTIZE, 0.0)
    host.render(0.1)
    check("Deck A Play back to 0 stops", not host.render(0.5).any(), host.text(PLAY))
    host.osc.do("/deck/a/seek", 0.0)
    host.automate(PLAY, step(8 * RATE, 130_100))
    audio = host.render(4.0)[DECK_A]
    due = math.ceil(130_100 / job.block) * job.block
    same = first_sound(audio) == due and np.array_equal(audio[:, due:], track[:, : audio.shape[1] - due])
    check("the same, quantize off: on the frame of the change", same, f"frame {first_sound(audio)}, due {due}")
    hears_the_crossfader(host, job)


def hears_the_crossfader(host, job):
    """A whole sweep, deck A going on: its gain must be the cosine of where the crossfader is."""
    frames = np.arange(6 * RATE)
    position = frames / frames[-1]
    host.automate(PLAY, np.ones(len(frames)))
    host.automate(CROSSFADER, position)
    audio = host.render(6.0)
    deck, master = audio[2], audio[0]
    # From where the gain can be told, and after the ramp from the middle to 0.
    told = (np.abs(deck) > 0.01) & (frames > RATE / 10)
    gain = master[told] / deck[told]
    apart = float(np.max(np.abs(gain - np.cos(position[told] * math.pi / 2))))
    # It lags by the host's block and by the fader's own ramp of 5 ms.
    allowed = math.pi / 2 * (2 * job.block + 0.005 * RATE) / len(frames)
    check("crossfader automation is heard: deck A follows its cosine", apart < allowed, f"{apart:.4f} apart at most")
    end_db = rig.level_db(master[-job.block :])
    check("and deck A is gone at the other end", end_db < -50.0 and deck[-job.block :].any(), f"{end_db:.0f} dB")


def shows_what_osc_moves(job):
    """The host's own values, as it shows them; no editor is ever open."""
    host = Host(job)
    host.osc.do("/crossfader", 0.25)
    host.osc.do("/deck/b/gain", -6.0)
    host.pump()
    texts = [host.text(name) for name in (CROSSFADER, "Deck B Gain")]
    check("what OSC moves is the host's value, with no editor open", texts == ["25.0 %", "-6.0 dB"], texts)
    number = host.osc.ask("/crossfader", 0.75, LINE_BEAT)
    host.osc.receipt(number, "/ack")
    host.render(3.0)
    before = host.text(CROSSFADER)
    number = host.osc.ask("/crossfader", 0.75, LINE_BEAT)
    host.osc.receipt(number, "/ack")
    host.render(5.0)
    after = host.text(CROSSFADER)
    check("a move that waits for its beat shows then and not before", (before, after) == ("25.0 %", "75.0 %"), f"{before}, {after}")


def takes_midi(job):
    host, track = Host(job), job.samples()
    host.load(job)
    host.plugin.add_midi_note(36, 100, 5.3, 0.5, beats=True)
    audio = host.render(6.0)
    first = first_sound(audio[DECK_A])
    played = audio[DECK_A, LINE_FRAME:]
    same = first == LINE_FRAME and np.array_equal(played, track[:, : played.shape[1]])
    check("note 36 in bar 2, quantize 1 bar: deck A on bar 3's frame", same, on_line(first))
    host.plugin.clear_midi()
    host.plugin.add_midi_note(37, 100, 1.3, 0.5, beats=True)
    audio, due = host.render(4.0)[DECK_A], frame_at(4.0, BPM, RATE)
    place = rig.place_of(audio[:, : due // 2], track[:, played.shape[1] :])
    fades_at(due, audio, track[:, played.shape[1] + (place or 0) :], "note 37 in bar 1, so on bar 2's line")


def follows_a_ramp(job):
    """120 to 140 BPM within 12 beats. dawdreamer's beats are the sum of its blocks' tempo times length, so the frame of
    a beat is by those sums, not by the ideal ramp."""
    per_beat = 960
    bpm = np.interp(np.arange(16 * per_beat) / per_beat, [0.0, 12.0], [120.0, 140.0]).astype(np.float32)
    host = Host(job, bpm=None)
    host.engine.set_bpm(bpm, ppqn=per_beat)
    host.load(job)
    number, _ = host.wait_at(LINE_BEAT)
    first = first_sound(host.render(5.0)[MASTER])
    host.osc.receipt(number, "/done", pump=False)
    beat, start = 0.0, 0
    while True:
        tempo = float(bpm[int(beat * per_beat)])
        end_beat = beat + tempo / 60.0 * job.block / RATE
        if end_beat > LINE_BEAT:
            break
        beat, start = end_beat, start + job.block
    due = start + frame_at(LINE_BEAT - beat, tempo, RATE)
    near = first is not None and abs(first - due) <= 1
    check("play asked for beat 8 in a tempo ramp: within 1 frame", near, f"frame {first}, by the host's beats {due}")


def saves(job):
    """What the next process must bring back; its sound is kept to be compared."""
    host = Host(job)
    host.load(job)
    host.set(CROSSFADER, 0.25)
    host.set(GAIN, 0.6)
    host.set(QUANTIZE, 0.25)
    host.wait_at(LINE_BEAT)
    audio = host.render(6.0)
    np.save(job.path("reference.npy"), audio)
    state = host.state(job.path("project.state"))
    named = state["tracks"][0] == job.track and state["osc_port"] == host.port
    check("the saved state names track and port", named and first_sound(audio) == LINE_FRAME, f"port {state['osc_port']}")
    texts = [host.text(i) for i in (GAIN, CROSSFADER, QUANTIZE)]
    job.path("texts").write_text("\n".join(texts))


def restores(job):
    host = Host(job)
    host.plugin.load_state(str(job.path("project.state")))
    # The project has kept its port.
    host.osc = Osc(rig.saved_rig(job.path("project.state").read_bytes())["osc_port"], host.pump).connect()
    host.osc.wait_for_track("a")
    texts = [host.text(i) for i in (GAIN, CROSSFADER, QUANTIZE)]
    wanted = job.path("texts").read_text().split("\n")
    check("parameters are back in a fresh process", texts == wanted, texts)
    stopped = not host.render(3.0).any() and host.text(PLAY) == "stopped"
    check("nothing plays just because a project was opened", stopped)
    host.wait_at(LINE_BEAT)
    audio, reference = host.render(6.0), np.load(job.path("reference.npy"))
    sounds = first_sound(audio) == LINE_FRAME
    check("the track is back and sounds", sounds, on_line(first_sound(audio)))
    check("and the samples are those before, bit for bit", sounds and np.array_equal(audio, reference), "12 channels")
    before = rig.saved_rig(job.path("project.state").read_bytes())
    again = host.state(job.path("again.state"))
    # The first was saved while deck A played; that is not brought back.
    for state in (before, again):
        state["params"].pop("play_1")
    check("saving again gives the same state", before == again, f"{len(again['params'])} parameters, tracks, port")


def comes_and_goes(job):
    """Loads and unloads; what an instance started must have ended with it."""

    def belongings():
        return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd"))

    has_proc = os.path.isdir("/proc/self/task")
    counts, played = [], 0
    for _ in range(20):
        host = Host(job)
        host.load(job)
        host.wait_at(np.float64(1.0))
        played += first_sound(host.render(1.0)[MASTER]) == frame_at(1.0, BPM, RATE)
        del host
        gc.collect()
        counts.append(belongings() if has_proc else None)
    check("loaded, played and unloaded 20 times", played == 20, f"{played} played on beat 1's frame")
    # The first time opens what stays, such as the library itself.
    check("leaves no thread and no file open", counts[0] == counts[-1], f"threads, files {counts[0]} to {counts[-1]}")


def lives_with_a_twin(job):
    """Two instances in one process: they share the port, and each has a name."""
    port = rig.reserve_port()
    engine = dawdreamer.RenderEngine(RATE, job.block)
    engine.set_bpm(BPM)
    twins = [engine.make_plugin_processor(name, job.plugin) for name in ("first", "second")]
    engine.load_graph([(twin, []) for twin in twins])
    found = [address_of(twin, job.path("twin.state")) for twin in twins]
    ports, names = zip(*found)
    check("two instances share a port and have two names", ports == (port, port) and names[0] != names[1], found)
    for twin, name, beat in zip(twins, names, (4.0, 8.0)):
        twin.record = True
        osc = Osc(port, lambda: engine.render(0.02), name).connect()
        osc.do("/deck/a/load", job.track)
        osc.receipt(osc.ask("/deck/a/play", np.float64(beat)), "/ack")
    engine.render(6.0)
    firsts = [first_sound(twin.get_audio()[MASTER]) - LATENCY for twin in twins]
    wanted = [frame_at(beat, BPM, RATE) for beat in (4.0, 8.0)]
    check("each plays what it was told, on its frame", firsts == wanted, f"frames {firsts}, due {wanted}")


def address_of(plugin, path):
    """The OSC port and name in an instance's saved state, which are there soon after it was opened."""
    end = time.monotonic() + rig.PATIENCE_SECS
    while True:
        plugin.save_state(str(path))
        saved = rig.saved_rig(path.read_bytes())
        if saved["osc_port"] is not None or time.monotonic() > end:
            return saved["osc_port"], saved["osc_name"]
        time.sleep(0.01)


if __name__ == "__main__":
    rig.main(
        {
            "open": opens,
            "beat": plays_on_the_beat,
            "automation": obeys_automation,
            "moves": shows_what_osc_moves,
            "midi": takes_midi,
            "ramp": follows_a_ramp,
            "save": saves,
            "restore": restores,
            "reload": comes_and_goes,
            "twins": lives_with_a_twin,
        }
    )
