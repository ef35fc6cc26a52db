"""Echelon without a host: the program of its own, with the framework's dummy backend, which makes blocks in real time
and throws the sound away. What it plays is seen by its meters over OSC.
"""

import os
import subprocess
import time

import numpy as np

import rig
from rig import Osc, check


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


if __name__ == "__main__":
    rig.main({"plays": plays})
