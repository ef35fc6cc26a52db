"""Echelon without a host: the program of its own. Once with the framework's dummy backend, which makes blocks in real time
and throws the sound away: what it plays is seen by its meters over OSC. Twice more with that, one after the other: what it was
at the end of the first it is at the begin of the second. And once under JACK, where what it plays is recorded.
"""

import os
import shutil
import signal
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


# No window, and no device.
DUMMY = ["--backend", "dummy", "--sample-rate", "48000", "--period-size", "512"]


def environment(job):
    """What it remembers is not the person's who runs this."""
    config = job.path("standalone-settings")
    return dict(os.environ, DISPLAY=os.environ.get("ECHELON_DISPLAY", ":0"), XDG_CONFIG_HOME=str(config.absolute()))


def forget(job):
    shutil.rmtree(job.path("standalone-settings"), ignore_errors=True)


def run(job, work, *more, end=signal.SIGTERM):
    """Starts it, works with it, ends it. What it said."""
    osc = Osc(rig.reserve_port(), lambda: time.sleep(0.01))
    program = [os.environ["ECHELON_STANDALONE"], *DUMMY, *more]
    host = subprocess.Popen(program, env=environment(job), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        work(job, osc, host)
    finally:
        host.send_signal(end)
        try:
            said = host.communicate(timeout=60)[0]
        except subprocess.TimeoutExpired:
            host.kill()
            said = host.communicate()[0]
        print(said)
    return said


def plays(job):
    forget(job)
    said = run(job, works)
    check("and it did not complain of a panic", "panicked" not in said, said[-200:].strip() if "panicked" in said else "")
    check("asked for no device it lists those that there are", "Available devices" in devices(job))


def devices(job):
    """What it says to a device without a name."""
    program = [os.environ["ECHELON_STANDALONE"], "--backend", "alsa", "--output-device", ""]
    host = subprocess.run(program, env=environment(job), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    return host.stdout


def remembers(job):
    forget(job)
    # Without a window Ctrl-C ends it as the window's closing does.
    run(job, sets, end=signal.SIGINT)
    run(job, has, end=signal.SIGINT)
    said = run(job, is_empty, "--fresh", end=signal.SIGINT)
    aside = job.path("standalone-settings") / "echelon" / "standalone.json.before"
    check("what was there before --fresh is put aside, and it says so", aside.exists() and aside.name in said)
    aside.with_name("standalone.json").write_bytes(b'{"version":')
    said = run(job, is_empty, end=signal.SIGINT)
    aside = aside.with_name("standalone.json.damaged")
    check("a damaged file is put aside, and it says so", aside.exists() and aside.name in said and "panicked" not in said)


def sets(job, osc, host):
    osc.connect()
    osc.do("/crossfader", 0.25)
    osc.do("/deck/a/load", job.track)
    osc.do("/safety/allows/empty", "none")
    osc.do("/deck/a/play", "now")
    loudest(osc, "a", lambda db: db > -40.0)


def has(job, osc, host):
    osc.connect()
    osc.wait_for_track("a")
    check("a fader is where it was left", told(osc, "/crossfader") == 0.25)
    state = told(osc, "/deck/a/state")
    check("the deck has its track, and does not play", state == "stopped", state)
    refused = None
    try:
        osc.do("/deck/b/load", job.track)
    except rig.Refused as refusal:
        refused = str(refusal)
    check("the safety settings are as they were", refused is not None, refused or "an empty deck took a track")


def is_empty(job, osc, host):
    osc.connect()
    fader, state = told(osc, "/crossfader"), told(osc, "/deck/a/state")
    check("it begins empty", (fader, state) == (0.5, "empty"), f"crossfader {fader}, deck {state}")


def told(osc, address):
    """What a subscriber is told of an address."""
    osc.got.clear()
    osc.send("/subscribe", address)
    return osc.wait(lambda got, _: got == address)[1][0]


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
        forget(job)
        host = programs.start([os.environ["ECHELON_STANDALONE"], "--backend", "jack"], env=environment(job))
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
    rig.main({"plays": plays, "remembers": remembers, "jack": jack})
