//! What is answered, and the namespace for people.

use std::fmt::Write;

use super::rows;

/// Every address that is sent, with its arguments.
const REPLIES: [(&str, &str, &str); 26] = [
    ("/ack", "`i` id, `d` song beat", "The action is scheduled for that beat."),
    (
        "/done",
        "`i` id, `d` song beat, `i` frames late",
        "It happened; 0 frames late means on the frame. For a load: the track is on the deck.",
    ),
    ("/nack", "`i` id, `s` code, `s` reason", "It will not happen."),
    ("/error", "`s` address, `s` reason", "A message without an id was not understood, or its action was refused."),
    ("/warn", "`s` address, `s` text", "A value was outside of its range and was clamped."),
    ("/pong", "", "The answer to `/ping`."),
    (
        "/info",
        "`s` \"Echelon\", `s` version, `i` port, `s` instance, `i` OSCQuery's port or 0",
        "The answer to `/info`.",
    ),
    ("/instance", "`s` name, `i` 1 if plain addresses go there", "An instance at this port."),
    ("/instance/end", "`i` how many", "These were all."),
    ("/subscribed", "`s` pattern, `f` ms, `i` seconds to live", "The answer to `/subscribe`."),
    ("/unsubscribed", "`s` asked or expired", "Nothing more is told."),
    ("/snapshot/end", "`i` how many", "The snapshot is whole."),
    (
        "/deck/{deck}/state and the like",
        "as in `docs/osc.md`",
        "What is subscribed to: each control at its own address, and what only shows.",
    ),
    (
        "/can/...",
        "`i` 1; or `i` 0, `s` code, `s` reason",
        "The answer to `/can` and the address of an action: whether it would be done. Also to `/recipe/preview`.",
    ),
    ("/recipe/list", "`s` id, `s` name, `s` what it does", "A recipe that comes with the plugin."),
    ("/recipe/list/end", "`i` how many", "The list is whole."),
    (
        "/motion",
        "`s` deck, `s` state, `d` seconds, `d` speed, `d` rate, `i` sync, `i` led by the clock, `i` slip, `i` reverse, \
         `i` looping, `d` loop's start, `d` its end, `d` cue, then `d` for each of the 8 hot cues",
        "The answer to `/deck/{deck}/motion`. Places are in seconds, -1 where nothing is set.",
    ),
    (
        "/meter",
        "`s` master or a deck's letter, `f` peak in dBFS, `f` RMS in dBFS, `f` momentary loudness in LUFS",
        "Of the last 400 ms; -100 is silence.",
    ),
    ("/meters/end", "`i` how many", "These were all."),
    (
        "/source",
        "`s` name, `i` 1 if it may act, `d` received, `d` accepted, `d` refused, `d` dropped, `s` last, `d` seconds ago",
        "A way in. Dropped is what the policy never saw; the last kind of action that was asked for, -1 for never.",
    ),
    ("/source/end", "`i` how many", "These were all."),
    ("/telemetry", "`s` name, `d` value", "A figure, counted since the rig was made."),
    ("/telemetry/end", "`i` how many", "These were all figures."),
    (
        "/track",
        "`s` deck, `s` none, analysing, done or failed, `d` BPM, `s` key, `s` its place on the wheel, `d` LUFS, `d` dBTP, \
         `d` auto gain in dB, `i` has a beat grid, `i` which is locked, `s` error, `s` artist, `s` title or the file's name",
        "The answer to `/deck/{deck}/track` and `/deck/{deck}/grid/...`: what is known of the track.",
    ),
    (
        "/bridge/state",
        "`s` disconnected, connecting or connected, `s` role, `i` port of the other (0 for none), `s` its name, `s` reason",
        "The answer to `/bridge/...`; the reason says why it is not connected.",
    ),
    (
        "/link/state",
        "`s` clock that was set, `s` host, link or local: who leads, `i` joined, `i` others, `d` BPM, `d` beat, `d` place in \
         the bar, `s` quality, `d` ms that the host's calls stray, `d` offset in ms, `i` shares starts and stops, `i` is \
         started, `i` takes over, `d` since when in microseconds, `d` when this was so, `s` what there is to say",
        "The answer to `/link/...`: the session with others. Quality: off, settling, good, jittery, ahead, offline.",
    ),
];

/// Addresses that only answers have. They are never answered, so that two programs cannot keep each other busy.
pub fn is_reply(address: &str) -> bool {
    REPLIES.iter().any(|(reply, ..)| *reply == address) && !rows().any(|row| row.path == address)
}

/// How messages are read, below the tables in docs/osc.md.
const NOTES: &str = "\
- `{deck}` is `a`, `b`, `c` or `d`. Numbers may be of type i, h, f, d, T or F.
- *when*: `\"now\"`, a grid or a number, the song beat (quarter notes from the song's start). Grids are the parts of a \
beat `\"1/32\"`, `\"1/16\"`, `\"1/8\"`, `\"1/4\"`, `\"1/2\"`, their triplets `\"1/16t\"`, `\"1/8t\"`, `\"1/4t\"`, `\"1/2t\"`, \
`\"1t\"`, then `\"beat\"`, `\"2beats\"`, `\"bar\"`, `\"2bars\"`, `\"4bars\"`, `\"8bars\"` and `\"16bars\"`. Words without a slash \
can also end the address: `/deck/a/play/bar`.
- *button*: fires on a value above 0 or without an argument; 0 is ignored. A lone i, T, F, or an f of 0.0 or 1.0 is the \
button's value; any other lone f, and every lone d, is the song beat; of two numbers the first is the button and the second the beat. With a \
time in the address, a lone 0 to 1 is the button's value.
- `\"id\" i` as the last two arguments asks for receipts: `/ack`, then `/done`, or `/nack`.
- `/can` before the address of an action, with the same arguments (`/can/deck/a/play \"bar\"`), asks whether it would be \
done, and does nothing. The answer has the same address; an `\"id\" i` in the question comes back at its end.
- *recipe* is an id from `/recipe/list`; *JSON* is the text of a recipe file (`docs/recipes.md`).
- The other addresses below `/bridge/` are for the other end of a bridge (`docs/bridge.md`).
- Values outside of a range are clamped, with a `/warn`; NaN and infinity are refused.
- A bundle is done as a whole or, if one of its messages is wrong, not at all. Its time tag is when, on the frame, at \
most 10 s ahead. Bundles nest up to 4 deep; packets are up to 8 KiB.
";

/// The namespace as Markdown, for docs/osc.md.
#[must_use]
pub fn namespace_markdown() -> String {
    let mut text = String::from("| address | arguments | when not said | what it does |\n|---|---|---|---|\n");
    for row in rows() {
        let usage = row.usage();
        let when = row.when.words();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| `{}` | {usage} | {when} | {} |", row.path, row.help);
    }
    text.push_str("\n| answer | arguments | meaning |\n|---|---|---|\n");
    for (address, args, meaning) in REPLIES {
        let _ = writeln!(text, "| `{address}` | {args} | {meaning} |");
    }
    text.push('\n');
    text.push_str(NOTES);
    text
}
