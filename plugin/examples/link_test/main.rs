//! Several parts in an Ableton Link session, side by side: who is there, at what tempo, where in the bar, and how well
//! they agree. On several machines: start it on each.
//!
//! ```text
//! cargo run -p echelon --example link-test -- [--instances N] [--seconds S] [--bpm B] [--set-bpm B] [--json]
//! ```
//!
//! It sends Link's packets on the networks of this machine, for S seconds (10), and ends.

mod options;
mod show;

use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

use echelon::peers::LinkSession;
use options::{HELP, Options};
use show::Moment;

/// Beats in a bar.
const BAR_BEATS: f64 = 4.0;
/// How often it looks.
const INTERVAL: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(text) => {
            eprintln!("error: {text}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    let sessions = join(&options);
    let last = watch(&sessions, &options);
    for session in &sessions {
        session.close();
    }
    match last {
        Some(moment) if sessions.len() < 2 || moment.agree() => ExitCode::SUCCESS,
        _ => {
            eprintln!("error: the instances have not found each other");
            ExitCode::FAILURE
        }
    }
}

/// Each begins at a tempo of its own: which one stays shows that they have met.
fn join(options: &Options) -> Vec<LinkSession> {
    let sessions: Vec<_> = (0..options.instances).map(|_| LinkSession::create().0).collect();
    for (index, session) in sessions.iter().enumerate() {
        session.enable(true, options.bpm + index as f64);
        if index == 0 && sessions.len() > 1 {
            // The oldest session wins, if it is clearly the oldest.
            sleep(Duration::from_secs(1));
        }
    }
    sessions
}

fn watch(sessions: &[LinkSession], options: &Options) -> Option<Moment> {
    let since = Instant::now();
    let (mut last, mut is_set) = (None, false);
    while since.elapsed() < options.duration {
        sleep(INTERVAL);
        if let Some(bpm) = options.set_bpm.filter(|_| !is_set && since.elapsed() > options.duration / 2) {
            is_set = true;
            sessions.last().into_iter().for_each(|session| session.set_tempo(bpm));
        }
        let moment = Moment::of(sessions, since.elapsed().as_secs_f64(), BAR_BEATS);
        if options.json {
            println!("{}", moment.json());
        } else {
            print!("{}", moment.text());
        }
        last = Some(moment);
    }
    last
}
