//! CLAP's thread pool: whatever the host makes of it, the sound is the same to the bit.

use echelon::host::set_parallel;
use echelon_engine::graph::Parallel;
use echelon_engine::units::DeckId;
use support::guard::Counts;
use support::signals::noise;
use support::{Blocks, Event, Format, MiniHost, Recording, Setup, Sound, TempDir, ThreadPool, Transport};

/// Sub-blocks are of at most so many frames; lanes are asked for once for each.
const SUB_BLOCK: u32 = 64;
/// What the plugin asks for: a task for each deck.
const TASKS: u64 = 4;

/// Every sample of every bus, bit for bit.
fn bits(recording: &Recording) -> Vec<u32> {
    let samples = |sound: &Sound| sound.left.iter().chain(&sound.right).map(|sample| sample.to_bits()).collect();
    recording.buses.iter().flat_map(|sound| -> Vec<u32> { samples(sound) }).collect()
}

/// A set with everything that makes lanes work: two tracks that are resampled, live sound on the other decks (one of it
/// so soft that its numbers are subnormal), faders on the move, blocks that are cut anywhere.
struct Set {
    file: String,
    setup: Setup,
    _folder: TempDir,
}

impl Set {
    fn new() -> Self {
        let folder = TempDir::new("lanes");
        let file = folder.wav("noise.wav", 44_100, &noise(1, 0.5, 200_000));
        let setup = Setup::new()
            .transport(Transport::rolling(126.0))
            .blocks(Blocks::Pattern(vec![1, 64, 37, 512, 300]))
            .input(DeckId::C, noise(2, 0.5, 200_000))
            .input(DeckId::D, noise(3, 1e-38, 200_000));
        Self { file, setup, _folder: folder }
    }

    /// Ready to play: the tracks are on, the moves are scheduled.
    fn open(&self, pool: Option<&ThreadPool>) -> MiniHost {
        let setup = pool.map_or(self.setup.clone(), |pool| self.setup.clone().thread_pool(pool));
        let mut host = setup.open(Format::Clap);
        let mut osc = host.osc();
        let loads = ["/deck/a/load", "/deck/b/load"].map(|to| osc.call(to, &[self.file.as_str().into()]));
        host.pump_until("the tracks", |_| loads.iter().all(|load| osc.done_yet(*load).is_some()));
        host.at(100, Event::param("quantize", 0.0)).at(3000, Event::param("play_1", 1.0));
        host.at(7001, Event::param("play_2", 1.0));
        for step in 0..40_u16 {
            let frame = 1000 * u64::from(step) + 333;
            host.at(frame, Event::param("xfader", f64::from(step) / 40.0));
            host.at(frame + 100, Event::param("gain_1", -f64::from(step) / 4.0));
        }
        host
    }

    fn play(&self, pool: Option<&ThreadPool>) -> Recording {
        self.open(pool).render(48_000)
    }
}

#[test]
fn the_sound_is_the_same_however_the_host_runs_its_tasks() {
    let set = Set::new();
    let alone = set.play(None);
    for deck in [DeckId::A, DeckId::B, DeckId::C] {
        assert!(alone.deck(deck).peak() > 0.1, "deck {deck} is to be heard");
    }
    assert!(alone.deck(DeckId::D).is_silent(), "subnormal sound is none");
    set_parallel(Parallel::On);
    let pools = [
        ("3 threads", ThreadPool::threads(3), true),
        ("1 thread", ThreadPool::threads(1), true),
        ("one by one", ThreadPool::serial(), true),
        ("refused", ThreadPool::refusing(), false),
        ("not done", ThreadPool::lying(), false),
    ];
    for (name, pool, runs) in pools {
        let together = set.play(Some(&pool));
        assert!(bits(&together) == bits(&alone), "{name}: {:?}", difference(&together, &alone));
        let requests = pool.requests();
        // Events in the middle of a block make more of them.
        let sub_blocks: u32 = together.blocks.iter().map(|(_, frames)| frames.div_ceil(SUB_BLOCK)).sum();
        assert!(requests >= u64::from(sub_blocks), "{name}: asked {requests} times for {sub_blocks} sub-blocks");
        assert_eq!(pool.tasks(), if runs { requests * TASKS } else { 0 }, "{name}");
        assert_eq!(pool.seen(), Counts::default(), "{name}: a task did what an audio thread must not: {}", pool.seen());
        assert_eq!(pool.spoilt(), 0, "{name}: a task left its thread's floating-point mode changed");
    }
}

/// The first bus that is different, and how.
fn difference(found: &Recording, expected: &Recording) -> Option<String> {
    let mut pairs = found.buses.iter().zip(&expected.buses).enumerate();
    pairs.find_map(|(bus, (a, b))| Some(format!("bus {bus}: {}", support::compare::difference(a, b)?)))
}

/// One sub-block a block, and gains that do not come out even: rounding is heard.
fn rounded(pool: Option<&ThreadPool>) -> Recording {
    let setup = DeckId::ALL.into_iter().fold(Setup::new().blocks(Blocks::Fixed(64)), |setup, deck| {
        setup.input(deck, noise(5 + deck.index() as u64, 0.5, 30_000))
    });
    let mut host = pool.map_or(setup.clone(), |pool| setup.clone().thread_pool(pool)).open(Format::Clap);
    for (id, gain) in [("gain_1", -1.3), ("gain_2", -2.7), ("gain_3", -3.1), ("gain_4", -4.9)] {
        host.set(id, gain);
    }
    host.render(19_200)
}

#[test]
#[cfg(target_arch = "x86_64")]
fn the_work_is_done_in_the_tasks() {
    let alone = rounded(None);
    set_parallel(Parallel::On);
    // After the tasks the audio thread rounds otherwise: what it calculated then would come out different.
    let pool = ThreadPool::spoiling();
    let spoilt = rounded(Some(&pool));
    assert_eq!(pool.tasks(), TASKS * 19_200 / 64);
    assert!(bits(&spoilt) == bits(&alone), "{:?}", difference(&spoilt, &alone));
}

#[test]
fn tasks_that_nobody_asked_for_do_no_harm() {
    let set = Set::new();
    let alone = set.play(None);
    set_parallel(Parallel::On);
    let pool = ThreadPool::refusing();
    let mut host = set.setup.clone().thread_pool(&pool).create(Format::Clap);
    (0..10).for_each(|task| pool.stray(task));
    host.activate();
    pool.stray(u32::MAX);
    drop(host);
    // And on a thread that is not the pool's, while blocks are being made.
    let mut host = set.open(Some(&pool));
    let before = pool.tasks();
    let (together, ()) = host.render_while(48_000, |_| {
        for task in 0..2_000_000 {
            pool.stray(task);
            if pool.requests() > 2000 {
                break;
            }
        }
    });
    assert!(pool.tasks() > before && pool.requests() > 0);
    assert!(bits(&together) == bits(&alone), "{:?}", difference(&together, &alone));
    assert_eq!((pool.seen(), pool.spoilt()), (Counts::default(), 0));
}

#[test]
fn threads_are_asked_for_only_in_real_time_and_when_wanted() {
    for (setup, mode, asks) in [
        (Setup::new(), Parallel::On, true),
        (Setup::new(), Parallel::Off, false),
        (Setup::new().offline(), Parallel::On, false),
    ] {
        set_parallel(mode);
        let pool = ThreadPool::serial();
        setup.clone().input(DeckId::A, noise(4, 0.5, 5000)).thread_pool(&pool).open(Format::Clap).render(5000);
        assert_eq!(pool.requests() > 0, asks, "{mode:?} in {setup:?}");
    }
}

#[test]
fn by_itself_the_rig_may_try_threads_and_sounds_the_same() {
    let set = Set::new();
    let alone = set.play(None);
    let pool = ThreadPool::threads(2);
    let together = set.play(Some(&pool));
    assert!(bits(&together) == bits(&alone), "{:?}", difference(&together, &alone));
}
