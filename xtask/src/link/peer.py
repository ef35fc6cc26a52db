"""An independent peer of an Ableton Link session: commands on its input, answers in JSON on its output.

Times are microseconds of its own clock.
"""

import json
import select
import sys

import link

QUANTUM = 4.0

session = link.Link(float(sys.argv[1]))
session.startStopSyncEnabled = True
clock = session.clock()


def tell(**answer):
    print(json.dumps(answer), flush=True)


def now():
    return clock.micros()


def state():
    return session.captureAppSessionState()


def change(work):
    captured = state()
    at = now()
    work(captured, at)
    session.commitAppSessionState(captured)
    tell(sent=at)


def wait(name, is_so):
    # Looks twice in a millisecond; another command ends it.
    while not is_so():
        if select.select([sys.stdin], [], [], 0.0005)[0]:
            tell(missed=name)
            return
    tell(**{name: now()})


def micros_per_beat():
    return round(60e6 / state().tempo())


def obey(words):
    name, args = words[0], words[1:]
    if name == "beats":
        captured = state()
        tell(beats=[captured.beatAtTime(int(round(float(micros))), QUANTUM) for micros in args])
    elif name == "tempo":
        change(lambda captured, at: captured.setTempo(float(args[0]), at))
    elif name == "force":
        change(lambda captured, at: captured.forceBeatAtTime(float(args[0]), at, QUANTUM))
    elif name == "play":
        change(lambda captured, at: captured.setIsPlaying(args[0] == "1", at))
    elif name == "enable":
        session.enabled = args[0] == "1"
        tell(sent=now())
    elif name == "await-tempo":
        wait("tempo", lambda: abs(micros_per_beat() - float(args[0])) <= 0.6)
    elif name == "await-playing":
        wait("playing", lambda: state().isPlaying() == (args[0] == "1"))
    elif name == "await-peers":
        wait("peers", lambda: session.numPeers() == int(args[0]))
    elif name == "state":
        captured = state()
        tell(
            tempo=captured.tempo(),
            peers=session.numPeers(),
            playing=captured.isPlaying(),
            since=captured.timeForIsPlaying(),
            now=now(),
        )
    else:
        raise SystemExit(f"{name} is no command")


tell(ready=now())
while True:
    line = sys.stdin.readline()
    if not line:
        break
    if line.strip():
        obey(line.split())
