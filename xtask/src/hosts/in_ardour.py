"""Echelon's VST3 in Ardour, headless, by its Lua interpreter and its dummy backend: no editor is ever open.

Ardour's values follow what OSC moves. Its own automation records only what a plugin's *window* moves (VST3's performEdit,
which a plugin may call on the window's thread alone), so this is what can be asked of it without one.
"""

import glob
import os
import shutil
import subprocess
import time

import rig
from rig import Osc, check


def programs():
    """Ardour's Lua interpreter and its scanner, by their versions."""
    lua = sorted(glob.glob("/usr/bin/ardour*-lua"))[-1]
    scanner = sorted(glob.glob("/usr/lib/ardour*/ardour-vst3-scanner"))[-1]
    return lua, scanner


def follows_osc(job):
    lua, scanner = programs()
    home, work = job.path("ardour-home"), job.path("ardour-session")
    for folder in (home, work):
        shutil.rmtree(folder, ignore_errors=True)
    work.with_name(work.name + ".done").unlink(missing_ok=True)
    (home / ".vst3").mkdir(parents=True)
    shutil.copytree(job.plugin, home / ".vst3" / "Echelon.vst3")
    port = rig.reserve_port()
    env = dict(os.environ, HOME=str(home), ECHELON_WORK=str(work))
    scan_env = dict(env, LD_LIBRARY_PATH=os.path.dirname(scanner))
    scan = [scanner, "-f", str(home / ".vst3" / "Echelon.vst3")]
    scanned = subprocess.run(scan, env=scan_env, capture_output=True, text=True, timeout=60)
    check("Ardour's scanner takes the bundle", scanned.returncode == 0, scanned.stderr[-200:])
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "in_ardour.lua")
    host = subprocess.Popen([lua, script], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        values = talk(host, port, work)
    finally:
        host.kill() if host.poll() is None else None
    before = [values.get(("rolling", name)) for name in ("Crossfader", "Deck B Gain")]
    after = [values.get(("moved", name)) for name in ("Crossfader", "Deck B Gain")]
    check("before: crossfader 0.5, gain 0 dB", before == [0.5, 0.0], before)
    check("what OSC moves is Ardour's value, with no editor open", after == [0.25, -6.0], after)
    check("Ardour ends well", host.wait(30) == 0, host.returncode)


def talk(host, port, work):
    """Moves by OSC what Ardour watches, and reads what it says."""
    values = {}
    for line in host.stdout:
        print(line, end="")
        if not line.startswith("@"):
            continue
        what, name, value = line.strip()[1:].split("|")
        values[what, name] = float(value)
        if (what, name) == ("rolling", "Deck B Gain"):
            osc = Osc(port, lambda: time.sleep(0.01)).connect()
            osc.do("/crossfader", 0.25)
            osc.do("/deck/b/gain", -6.0)
            # Ardour takes up a plugin's moves in its next cycles.
            time.sleep(0.3)
            work.with_name(work.name + ".done").touch()
    return values


if __name__ == "__main__":
    rig.main({"moves": follows_osc})
