"""Echelon without a host: the program of its own. Once with the framework's dummy backend, which makes blocks in real time
and throws the sound away: what it plays is seen by its meters over OSC. And once under JACK, where what it plays is recorded.
"""

import os
import shutil
import subprocess
import time

import numpy as np

import rig
import studio
from rig import Osc, check
from studio import RATE, wait_for

# The framework's, unless the program is told another.
BPM = 120.0
BAR = rig.frame_at(4.0, BPM, RATE)


def plays(job):
    port = rig.reserve_port()
    # No window, and no device.
    env = dict(os.environ, DISPLAY=os.environ.get("ECHELON_DISPLAY", ":0"))
    program = [os.environ["ECHELON_STANDALONE"], "--backend", "dummy", "--sample-rate", "48000", "--period-size", "512"]
    host = subprocess.Popen(program, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        works(job, Osc(port, lambda: time.sleep(0.01)), host)
    finally:
        host.terminate()
        said = host.communicate(timeout=20)[0]
        print(said)
    check("and it did not complain of a panic", "panicked" not in said, said[-200:].strip() if "panicked" in said else "")


def works(job, osc, host):
    osc.connect()
    info = osc.info()
    rig.version(f"{info[0]} {info[1]}")
    check("it answers by OSC", info[0] == "Echelon" and host.poll() is None)
    osc.do("/deck/a/load", job.track)
    osc.do("/deck/a/play", "now")
    peak = loudest(osc, "a", lambda db: db > -40.0)
    check("a deck that was loaded and started by OSC sounds", peak > -40.0, f"{peak:.1f} dBFS")
    master = loudest(osc, "master", lambda db: db > -40.0)
    check("and the master with it", master > -40.0, f"{master:.1f} dBFS")
    osc.do("/deck/a/stop", "now")
    rest = loudest(osc, "a", lambda db: db <= -90.0)
    check("after a stop it is silent", rest <= -90.0, f"{rest:.1f} dBFS")
    osc.do("/crossfader", 0.25)
    check("it is alive at the end", host.poll() is None)


def loudest(osc, name, is_it):
    """The peak that the meter of a deck or the master shows, once it is as wanted or at the end of all patience."""
    end = time.monotonic() + 10.0
    while True:
        osc.got.clear()
        osc.send("/meters")
        osc.wait(lambda address, _: address == "/meters/end")
        peak = next(args[1] for address, args in osc.got if address == "/meter" and args[0] == name)
        if is_it(peak) or time.monotonic() > end:
            return float(peak) if np.isfinite(peak) else -100.0
        time.sleep(0.05)


def jack(job):
    if not all(map(shutil.which, ("jackd", "jack_rec"))):
        rig.unavailable("there is no jackd here")
        return
    with studio.Programs(job.path("standalone-jack.log")) as programs:
        server = studio.Jack(programs)
        port = rig.reserve_port()
        env = dict(os.environ, DISPLAY=os.environ.get("ECHELON_DISPLAY", ":0"))
        host = programs.start([os.environ["ECHELON_STANDALONE"], "--backend", "jack"], env=env)
        server.end_first()
        wait_for("Echelon's ports", lambda: set(PORTS) <= set(server.ports("echelon:")))
        osc = Osc(port, lambda: time.sleep(0.005)).connect()
        heard_by_jack(job, server, osc)
        check("it is alive at the end", host.poll() is None)


PORTS = ["echelon:output_1", "echelon:output_2"]


def heard_by_jack(job, server, osc):
    # Deck A alone, as it is in the file.
    osc.do("/crossfader", 0.0)
    osc.do("/deck/a/load", job.track)
    osc.wait_for_track("a")
    recording = server.record(job.path("standalone-jack.wav"), PORTS, 14)
    wait_for("the recorder", lambda: all(server.is_connected(port, f"jackrec:input{side}") for side, port in enumerate(PORTS, 1)))
    # Twice, each time on a bar line.
    osc.do("/deck/a/play")
    time.sleep(3.0)
    osc.do("/deck/a/stop", "now")
    osc.do("/deck/a/seek", 0.0)
    time.sleep(0.2)
    osc.do("/deck/a/play")
    audio = server.recorded(recording)
    begins = starts(audio)
    check("JACK hears the deck, twice", len(begins) == 2, f"begins at frames {begins}")
    apart = begins[-1] - begins[0]
    check("both times from a bar line on, to the frame", apart > 0 and apart % BAR == 0, f"{apart} frames, {apart / BAR:.5f} bars")
    for begin, which in zip(begins, ("first", "second")):
        # The deck's start is a ramp of a few milliseconds.
        heard, file = (sound[:, begin_at + RATE // 50 : begin_at + 2 * RATE] for sound, begin_at in ((audio, begin), (job.samples(), 0)))
        farthest = rig.farthest(heard, file)
        check(f"the {which} time it is the file, without a gap", heard.shape == file.shape and farthest < 1e-6, f"off by {farthest:.1e} at most")


def starts(audio):
    """The frames where sound begins after a tenth of a second of silence, or as the first."""
    loud = np.flatnonzero(audio.any(axis=0))
    if not len(loud):
        return [0]
    after_rest = np.flatnonzero(np.diff(loud) > RATE // 10) + 1
    return [int(loud[0]), *(int(frame) for frame in loud[after_rest])]


if __name__ == "__main__":
    rig.main({"plays": plays, "jack": jack})
