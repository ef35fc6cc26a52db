//! What is tried in the Python hosts. Each scenario is a function in the host's script and a process of its own.

/// One run of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scenario {
    pub name: &'static str,
    pub block_frames: u32,
}

const fn with(name: &'static str, block_frames: u32) -> Scenario {
    Scenario { name, block_frames }
}

/// What `save` wrote, `restore` reads, in another process.
const DAWDREAMER: [Scenario; 14] = [
    with("open", 512),
    with("beat", 512),
    with("beat", 64),
    with("automation", 512),
    with("automation", 64),
    with("moves", 512),
    with("midi", 512),
    with("midi", 64),
    with("ramp", 512),
    with("ramp", 64),
    with("save", 512),
    // The sound must be the same in another process, and also with another block size.
    with("restore", 64),
    with("reload", 512),
    with("twins", 512),
];

/// `rates` chooses its own blocks.
const PEDALBOARD: [Scenario; 7] = [
    with("open", 512),
    with("input", 512),
    with("play", 512),
    with("midi", 512),
    with("save", 512),
    with("restore", 512),
    with("rates", 512),
];

/// `saves` opens the session again, in a second process.
const ARDOUR: [Scenario; 2] = [with("moves", 1024), with("saves", 1024)];

/// `saves` restores too, in a second process of the host.
const QTRACTOR: [Scenario; 4] = [with("plays", 1024), with("loops", 1024), with("records", 1024), with("saves", 1024)];

const STANDALONE: [Scenario; 3] = [with("plays", 512), with("remembers", 512), with("jack", 1024)];

/// The scenarios of a host, in order.
pub fn scenarios(host: &str) -> &'static [Scenario] {
    match host {
        "dawdreamer" => &DAWDREAMER,
        "pedalboard" => &PEDALBOARD,
        "ardour" => &ARDOUR,
        "qtractor" => &QTRACTOR,
        "standalone" => &STANDALONE,
        _ => &[],
    }
}

/// A check as the table shows it: with the block size where a scenario is tried with several.
pub fn title(all: &[Scenario], scenario: Scenario, check: &str) -> String {
    let is_one_of_many = all.iter().filter(|other| other.name == scenario.name).count() > 1;
    if is_one_of_many { format!("blocks of {}: {check}", scenario.block_frames) } else { check.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hosts::script::SCRIPTS;

    #[test]
    fn every_scenario_is_in_its_script_and_the_other_way_round() {
        for host in ["dawdreamer", "pedalboard", "ardour", "qtractor", "standalone"] {
            let (_, script) = SCRIPTS.iter().find(|(name, _)| *name == format!("in_{host}.py")).unwrap();
            let table = script.rsplit("rig.main(").next().unwrap();
            let in_script: Vec<&str> = table.split('"').skip(1).step_by(2).collect();
            let mut in_table: Vec<&str> = scenarios(host).iter().map(|scenario| scenario.name).collect();
            in_table.dedup();
            assert_eq!(in_table, in_script, "{host}");
        }
    }

    #[test]
    fn states_are_saved_before_they_are_restored() {
        for host in ["dawdreamer", "pedalboard"] {
            let place = |name: &str| scenarios(host).iter().position(|scenario| scenario.name == name).unwrap();
            assert!(place("save") < place("restore"), "{host}");
        }
    }

    #[test]
    fn checks_name_the_block_size_where_there_are_several() {
        let all = scenarios("dawdreamer");
        assert_eq!(title(all, with("beat", 64), "sounds"), "blocks of 64: sounds");
        assert_eq!(title(all, with("open", 512), "sounds"), "sounds");
    }
}
