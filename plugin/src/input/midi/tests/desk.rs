//! The desk, with a rig beneath it.

use echelon_engine::action::{ActionQueue, ActionSender, Turn};
use echelon_engine::clock::HostTransport;
use echelon_engine::console::Console;
use echelon_engine::input::{Control, ControlMove, HostInput, TimedInput};
use echelon_engine::processor::{BlockInput, BlockIo, RigProcessor};
use echelon_engine::rig::{Rig, RigConfig};

use crate::input::midi::{DeskError, LearnView, MidiDesk, MidiMap};

struct Bench {
    desk: MidiDesk,
    console: Console,
    processor: RigProcessor,
    sender: ActionSender,
    turn: Turn,
    moves: Vec<ControlMove>,
}

impl Bench {
    fn new() -> Self {
        let (mut console, processor) = Rig::new(RigConfig::new(48_000.0)).unwrap();
        let (sender, receiver) = ActionQueue::new(64);
        console.connect(receiver);
        let desk = MidiDesk::default();
        Self { desk, console, processor, sender, turn: Turn::default(), moves: Vec::with_capacity(64) }
    }

    /// Messages on the first frames of a block, 100 ms of silence, and the desk's turn.
    fn play(&mut self, messages: &[[u8; 3]]) {
        let inputs: Vec<_> = messages
            .iter()
            .zip(0..)
            .map(|(bytes, frame)| TimedInput { frame, input: HostInput::Midi(*bytes) })
            .collect();
        let silence = [0.0; 4_800];
        let mut out = vec![vec![0.0; 4_800]; 12];
        let mut io = BlockIo::over(out.iter_mut().map(Vec::as_mut_slice), &silence);
        let block = BlockInput { frames: 4_800, transport: HostTransport::SILENT, inputs: &inputs };
        self.processor.process(&mut io, block, &mut self.moves);
        self.console.tick(&mut self.turn);
        self.desk.turn(&mut self.console, &mut self.sender);
        self.console.tick(&mut self.turn);
    }

    fn wait(&mut self, blocks: usize) {
        (0..blocks).for_each(|_| self.play(&[]));
    }
}

#[test]
fn a_control_is_learnt_kept_used_and_undone() {
    let mut bench = Bench::new();
    let before = bench.desk.map();
    bench.desk.start_learn("xfader", None).unwrap();
    bench.wait(2);
    for value in [10, 14, 19, 25, 33, 40] {
        bench.play(&[[0xB3, 5, value]]);
    }
    assert!(matches!(bench.desk.view().learn, LearnView::Waiting { messages: 6, .. }));
    assert_eq!(bench.moves, [], "while someone learns, nothing moves");
    bench.wait(6);
    let LearnView::Learned { line, is_sure, conflicts } = bench.desk.view().learn else { panic!() };
    assert_eq!((line.from.as_str(), line.to.as_str(), line.mode), ("cc 4 5", "xfader", "absolute"));
    assert!(is_sure && conflicts.is_empty());
    assert_eq!(bench.desk.map(), before, "not before it is kept");
    bench.desk.keep(false).unwrap();
    bench.wait(2);
    bench.play(&[[0xB3, 5, 64], [0xB3, 5, 100]]);
    assert_eq!(bench.moves.last().map(|moved| moved.control), Some(Control::Crossfader));
    let view = bench.desk.view();
    assert_eq!(view.monitor[0], ("cc 4 5 = 100".to_owned(), true));
    assert!(view.can_undo && bench.desk.undo() && bench.desk.map() == before && !bench.desk.undo());
}

#[test]
fn a_conflict_is_shown_and_can_be_replaced() {
    let mut bench = Bench::new();
    assert_eq!(bench.desk.start_learn("deck/x/play", None), Err(DeskError::NoTarget("deck/x/play".to_owned())));
    assert_eq!(bench.desk.keep(true), Err(DeskError::NothingLearnt));
    bench.desk.start_learn("deck/d/cue", None).unwrap();
    bench.wait(2);
    bench.play(&[[0x95, 36, 100]]);
    bench.play(&[[0x85, 36, 0]]);
    bench.wait(6);
    let LearnView::Learned { line, conflicts, .. } = bench.desk.view().learn else { panic!() };
    assert_eq!(
        (line.from.as_str(), line.mode, conflicts),
        ("note 6 36", "button", vec![0]),
        "note any 36 plays deck A"
    );
    bench.desk.keep(true).unwrap();
    let view = bench.desk.view();
    assert_eq!((view.lines.len(), view.learn), (8, LearnView::Off));
    assert!(view.lines.iter().all(|line| line.to != "deck/a/play"));
    assert_eq!(view.lines[7].label, "Deck D Cue");
    assert_eq!(bench.desk.remove(8), Err(DeskError::NoLine(8)));
    bench.desk.remove(7).unwrap();
    assert_eq!(bench.desk.view().lines.len(), 7);
}

#[test]
fn a_lone_press_of_a_latching_button_is_waited_for() {
    let mut bench = Bench::new();
    bench.desk.start_learn("deck/a/sync", Some(true)).unwrap();
    bench.wait(2);
    bench.play(&[[0xB0, 41, 127]]);
    bench.wait(8);
    assert!(matches!(bench.desk.view().learn, LearnView::Waiting { .. }), "its release may still come");
    bench.wait(10);
    let LearnView::Learned { line, .. } = bench.desk.view().learn else { panic!() };
    assert_eq!((line.mode, line.line.shift), ("toggle", Some(true)));
    bench.desk.stop_learn();
    assert_eq!(bench.desk.view().learn, LearnView::Off);
}

#[test]
fn a_mangled_file_changes_nothing_and_names_the_line() {
    let desk = MidiDesk::default();
    desk.load_shipped("Akai APC mini").unwrap();
    let (before, text) = (desk.view(), desk.export());
    assert_eq!(MidiMap::read(&text).unwrap(), desk.map());
    let error = desk.import(&text.replacen("deck/b/play", "deck/b/ploy", 1)).unwrap_err();
    let line = 1 + text.lines().position(|line| line.contains("deck/b/play")).unwrap();
    assert_eq!(error.to_string(), format!("line {line}: \"deck/b/ploy\" is nothing that can be mapped"));
    assert_eq!(desk.view(), before);
    desk.import(&text.replacen("Akai APC mini", "Mine", 1)).unwrap();
    assert_eq!(desk.view().name, "Mine");
    assert!(desk.undo());
    assert_eq!(desk.view().name, "Akai APC mini");
    assert_eq!(desk.load_shipped("Theremin"), Err(DeskError::NoMap("Theremin".to_owned())));
}

#[test]
fn what_only_the_control_side_can_do_is_asked_for_there() {
    let mut bench = Bench::new();
    let text = r#"{"echelon_midi": 1, "name": "x", "bindings": [{"from": "note 1 5", "to": "deck/b/eject"}]}"#;
    bench.desk.import(text).unwrap();
    bench.wait(2);
    bench.play(&[[0x90, 5, 100]]);
    bench.wait(2);
    let said = format!("{:?}{:?}", bench.turn.ejects, bench.turn.receipts);
    assert!(!bench.turn.ejects.is_empty() || !bench.turn.receipts.is_empty(), "{said}");
    assert_eq!(bench.desk.view().monitor.len(), 1);
}
