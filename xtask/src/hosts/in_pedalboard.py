"""Echelon's VST3 in pedalboard, a JUCE host for sound files: no transport (stopped, at 120 BPM), main buses only.

So nothing here is about beats of the host: the rig's own clock runs, and sound goes through deck A's input.
"""

import math
import time

import numpy as np
import pedalboard

import rig
from rig import Osc, check, farthest, first_sound

RATE = 48_000
BLOCK = 512
CENTRE = math.cos(math.pi / 4)
# Longer than any ramp of a gain: after it the new value holds.
SETTLED = RATE // 10


class Host:
    """One instance and the way that it is processed."""

    def __init__(self, job):
        self.port = rig.reserve_port()
        started = time.monotonic()
        self.plugin = pedalboard.load_plugin(job.plugin)
        self.open_secs = time.monotonic() - started
        self.rate, self.block = RATE, job.block
        self.osc = Osc(self.port, self.pump).connect()

    def process(self, audio):
        # Without a reset, or the plugin would be stopped and started again before each call.
        return self.plugin.process(audio, self.rate, buffer_size=self.block, reset=False)

    @property
    def latency(self):
        """Frames that the master is late by: the limiter's. Calls without a reset do not make up for it."""
        return self.plugin.reported_latency_samples

    def through(self, audio):
        """What comes of a sound, on its own frames."""
        rest = np.zeros((2, self.latency), np.float32)
        return self.process(np.concatenate([audio, rest], axis=1))[:, self.latency :]

    def silence(self, num_frames):
        return self.process(np.zeros((2, num_frames), np.float32))

    def pump(self):
        self.silence(max(self.block, 256))

    def settle(self):
        """New values arrive and their ramps end."""
        self.silence(SETTLED)

    def load(self, job):
        self.osc.do("/deck/a/load", job.track)

    def play_now(self, num_frames):
        """Plays from the file's beginning and gives what is heard from the first frame on."""
        number = self.osc.ask("/deck/a/play/from", 0.0, "now")
        pieces = []
        self.osc.pump = lambda: pieces.append(self.silence(max(self.block, 256)))
        self.osc.receipt(number, "/done")
        self.osc.pump = self.pump
        audio = np.concatenate([*pieces, self.silence(num_frames)], axis=1)
        start = first_sound(audio)
        return audio[:, :0] if start is None else audio[:, start : start + num_frames]


def noise(num_frames):
    """Below what the limiter touches, peaks between the samples included."""
    return np.random.default_rng(5).uniform(-0.2, 0.2, (2, num_frames)).astype(np.float32)


def opens(job):
    host = Host(job)
    plugin = host.plugin
    check("opens in less than 5 s", host.open_secs < 5.0, f"{host.open_secs:.2f} s")
    what = plugin.name, plugin.manufacturer_name, plugin.is_instrument, plugin.is_effect
    check("an instrument and an effect by its name", what == ("Echelon", "Echelon", True, True), what)
    params = plugin.parameters
    names = [param.name for param in params.values()]
    check("tells its parameters by name", set(rig.PARAMETERS) <= set(names), f"{len(names)}")
    gains = [param for param in params.values() if param.name in rig.PARAMETERS and param.name.endswith("Gain")]
    good = all(gain.label == "dB" and gain.string_value == "0.0 dB" for gain in gains)
    good &= all((str(gain.min_value), str(gain.max_value)) == ("-inf", "12.0") for gain in gains)
    check("gains are in dB, -inf to 12, at 0", good and len(gains) == 5, f"{len(gains)} gains")
    fader = params["crossfader"]
    good = (fader.min_value, fader.max_value, fader.string_value) == (0.0, 100.0, "50.0 %")
    check("the crossfader goes from 0 to 100 %, at 50 %", good, fader.string_value)
    words = params["deck_a_play"].valid_values, params["quantize"].valid_values
    wanted = ["stopped", "playing"], ["off", "1 beat", "1 bar", "2 bars", "4 bars"]
    check("choices have words", words == wanted and plugin.quantize == "1 bar", words[1])
    info = host.osc.info()
    check("answers on the OSC port it was given", info[2] == host.port, info)
    check("silent with nothing loaded", not host.silence(RATE).any())


def passes_audio(job):
    """A track of the DAW is heard through deck A's input."""
    host = Host(job)
    sound = noise(RATE)
    apart = farthest(host.through(sound), sound * CENTRE)
    check("deck A's input is heard, -3 dB at the middle of the crossfader", apart < 1e-6, f"{apart:.1e} apart")
    host.plugin.crossfader = 0.0
    host.settle()
    check("the same samples with the crossfader at A", np.array_equal(host.through(sound), sound), "48000 frames")
    host.plugin.deck_a_gain = -6.0
    host.settle()
    apart = farthest(host.through(sound), sound * 10 ** (-6 / 20))
    check("Deck A Gain at -6 dB is heard", apart < 1e-4, f"{apart:.1e} apart")
    host.plugin.crossfader = 100.0
    host.settle()
    rest = rig.level_db(host.through(sound))
    check("nothing is left with the crossfader at B", rest < -100.0, f"{rest:.0f} dB")


def plays_by_osc(job):
    host, track = Host(job), job.samples()
    host.plugin.crossfader = 0.0
    host.settle()
    host.load(job)
    check("a loaded deck is silent until it is played", not host.silence(RATE).any())
    audio = host.play_now(2 * RATE)
    check("play now sounds", rig.level_db(audio) > -40.0, f"{rig.level_db(audio):.1f} dB")
    same = audio.shape[1] == 2 * RATE and np.array_equal(audio, track[:, : 2 * RATE])
    check("the master is the file, bit for bit", same, f"{audio.shape[1]} frames")
    host.osc.do("/deck/a/stop", "now")
    host.settle()
    check("stop now ends it", not host.silence(RATE).any())


def takes_midi(job):
    host, track = Host(job), job.samples()
    host.plugin.crossfader = 0.0
    host.plugin.quantize = "off"
    host.settle()
    host.load(job)
    notes = [(bytes([0x90, 36, 100]), 0.1), (bytes([0x80, 36, 0]), 0.2)]
    audio = host.plugin(notes, duration=1.0, sample_rate=RATE, num_channels=2, buffer_size=job.block, reset=False)
    first, due = first_sound(audio), RATE // 10 + host.latency
    check("note 36 at 0.1 s, quantize off: on its frame", first == due, f"frame {first}, due {due}")
    check("the file from there, bit for bit", np.array_equal(audio[:, due:], track[:, : RATE - due]))


def saves(job):
    host = Host(job)
    host.plugin.crossfader = 25.0
    host.plugin.deck_a_gain = -3.5
    host.plugin.quantize = "2 bars"
    host.settle()
    host.load(job)
    np.save(job.path("reference.npy"), host.play_now(RATE))
    host.osc.do("/deck/a/stop", "now")
    host.settle()
    state = host.plugin.raw_state
    job.path("raw.state").write_bytes(state)
    saved = rig.saved_rig(state)
    named = saved["tracks"][0] == job.track and saved["osc_port"] == host.port
    check("raw_state names track and port", named, f"{len(state)} bytes")


def restores(job):
    host = Host(job)
    state = job.path("raw.state").read_bytes()
    host.plugin.raw_state = state
    # The project has kept its port.
    host.osc = Osc(rig.saved_rig(state)["osc_port"], host.pump).connect()
    host.osc.wait_for_track("a")
    plugin = host.plugin
    values = plugin.crossfader, plugin.deck_a_gain, plugin.quantize, plugin.deck_a_play
    check("parameters are back in a fresh process", values == (25.0, -3.5, "2 bars", "stopped"), values)
    check("nothing plays just because a state was loaded", not host.silence(RATE).any())
    audio, reference = host.play_now(RATE), np.load(job.path("reference.npy"))
    check("the track is back and sounds", rig.level_db(audio) > -40.0, f"{rig.level_db(audio):.1f} dB")
    check("and the samples are those before, bit for bit", np.array_equal(audio, reference), f"{audio.shape[1]} frames")
    host.osc.do("/deck/a/stop", "now")
    host.settle()
    check("saving again gives the same bytes", plugin.raw_state == state, f"{len(state)} bytes")


def takes_rates_and_blocks(job):
    """The same instance through them all, started again at each: as after a change of the audio device."""
    host, track = Host(job), job.samples()
    host.plugin.crossfader = 0.0
    host.settle()
    host.load(job)
    blocks = (1, 17, 64, 512, 1000, 8192)
    for rate in (22_050, 44_100, 48_000, 96_000, 192_000):
        host.rate, passed, levels = rate, [], []
        for block in blocks:
            host.block = block
            sound = noise(20 * block if block > 100 else 3000)
            passed.append(np.array_equal(host.through(sound), sound))
            audio = host.play_now(rate // 4)
            levels.append(rig.level_db(audio))
            if rate == RATE:
                passed.append(np.array_equal(audio, track[:, : audio.shape[1]]))
            host.osc.do("/deck/a/stop", "now")
            host.silence(rate // 10)
        what = f"{rate} Hz, blocks of {', '.join(map(str, blocks))}"
        check(f"{what}: input passes bit for bit", all(passed), f"{sum(passed)} of {len(passed)}")
        # The same quarter of a second, whatever the rate and block.
        reference = rig.level_db(track[:, : RATE // 4])
        apart = max(abs(level - reference) for level in levels)
        check(f"{what}: the deck plays", apart < 1.0, f"{apart:.2f} dB from the file's")


if __name__ == "__main__":
    rig.main(
        {
            "open": opens,
            "input": passes_audio,
            "play": plays_by_osc,
            "midi": takes_midi,
            "save": saves,
            "restore": restores,
            "rates": takes_rates_and_blocks,
        }
    )
