use super::*;

/// 120 BPM at 48 kHz.
const BEAT: f64 = 24_000.0;

fn steady() -> BeatGrid {
    BeatGrid::steady(1000.0, BEAT).unwrap()
}

/// Four beats at 120 BPM, four at 60, and on.
fn moving() -> BeatGrid {
    BeatGrid::through(&[(1000.0, 0.0), (97_000.0, 4.0), (289_000.0, 8.0)]).unwrap()
}

#[test]
fn a_steady_grid_goes_on_to_both_sides() {
    let grid = steady();
    assert_eq!((grid.frame_at(0.0), grid.frame_at(2.5), grid.frame_at(-1.0)), (1000.0, 61_000.0, -23_000.0));
    assert_eq!((grid.beat_at(1000.0), grid.beat_at(61_000.0), grid.beat_at(-23_000.0)), (0.0, 2.5, -1.0));
    assert_eq!((grid.bpm_at(0.0, 48_000.0), grid.is_steady()), (120.0, true));
    assert_eq!([-1.0, 0.0, 3.0, 4.0].map(|beat| grid.beat_in_bar(beat)), [3.0, 0.0, 3.0, 0.0]);
}

#[test]
fn a_moving_grid_bends_at_its_places() {
    let grid = moving();
    assert_eq!([-1.0, 2.0, 4.0, 5.0, 9.0].map(|beat| grid.frame_at(beat)), [-23e3, 49e3, 97e3, 145e3, 337e3]);
    assert_eq!([0.0, 97e3, 1e6].map(|frame| grid.bpm_at(frame, 48e3)), [120.0, 60.0, 60.0]);
    assert_eq!((grid.nearest_beat(120e3), grid.nearest_beat(122e3)), (4.0, 5.0));
    for frame in [-5e5, 0.0, 1000.0, 96_999.5, 97_000.0, 1e7] {
        assert!((grid.frame_at(grid.beat_at(frame)) - frame).abs() < 1e-6, "{frame}");
    }
}

#[test]
fn what_is_no_grid_is_refused() {
    for (frame, length) in [(f64::NAN, BEAT), (0.0, 0.0), (0.0, -1.0), (0.0, f64::INFINITY), (f64::INFINITY, BEAT)] {
        assert_eq!(BeatGrid::steady(frame, length), Err(GridError::Invalid));
    }
    let lists: [&[(f64, f64)]; 5] = [
        &[],
        &[(0.0, 0.0)],
        &[(0.0, 0.0), (0.0, 1.0)],
        &[(0.0, 1.0), (100.0, 0.0)],
        &[(0.0, 0.0), (1e4, 1.0), (5e3, 2.0)],
    ];
    for points in lists {
        assert_eq!(BeatGrid::through(points), Err(GridError::Invalid), "{points:?}");
    }
}

#[test]
fn shift_moves_all_of_it() {
    for mut grid in [steady(), moving()] {
        let before = [-3.0, 0.0, 5.5].map(|beat| grid.frame_at(beat));
        grid.shift(-441.5).unwrap();
        assert_eq!([-3.0, 0.0, 5.5].map(|beat| grid.frame_at(beat)), before.map(|frame| frame - 441.5));
    }
}

#[test]
fn twice_and_half_keep_beat_0_and_undo_each_other() {
    for grid in [steady(), moving()] {
        let mut other = grid.clone();
        other.double().unwrap();
        assert_eq!([0.0, 2.0, 9.0].map(|b| other.frame_at(b)), [0.0, 1.0, 4.5].map(|b| grid.frame_at(b)));
        other.halve().unwrap();
        assert_eq!(other, grid);
        other.halve().unwrap();
        assert_eq!(other.bpm_at(0.0, 48e3), 60.0);
    }
    let mut fastest = BeatGrid::steady(0.0, 16.0).unwrap();
    assert_eq!(fastest.double(), Err(GridError::Invalid));
    assert_eq!(fastest.frames_per_beat_at(0.0), 16.0, "and nothing has changed");
}

#[test]
fn a_downbeat_renumbers_and_does_not_move() {
    let mut grid = moving();
    let beats = [3.0, 4.0, 6.5].map(|beat| grid.frame_at(beat));
    grid.set_downbeat(grid.frame_at(3.2)).unwrap();
    assert_eq!([0.0, 1.0, 3.5].map(|beat| grid.frame_at(beat)), beats);
}

#[test]
fn an_anchor_puts_the_nearest_beat_on_a_frame() {
    let mut grid = steady();
    grid.set_anchor(25_200.0).unwrap();
    assert_eq!((grid.frame_at(1.0), grid.frame_at(0.0), grid.is_steady()), (25_200.0, 1200.0, true));
    let mut grid = moving();
    grid.set_anchor(148_000.0).unwrap();
    assert_eq!([0.0, 4.0, 5.0, 8.0].map(|beat| grid.frame_at(beat)), [1000.0, 97e3, 148e3, 289e3]);
    grid.set_anchor(147_000.0).unwrap();
    assert_eq!([4.0, 5.0, 8.0].map(|beat| grid.frame_at(beat)), [97e3, 147e3, 289e3]);
}

#[test]
fn taps_become_a_tempo_in_which_each_counts() {
    let mut grid = moving();
    grid.tap(&[1000.0, 25_300.0, 48_700.0, 73_000.0]).unwrap();
    assert!((grid.bpm_at(0.0, 48e3) - 120.3).abs() < 0.3 && grid.is_steady());
    assert!((grid.frame_at(0.0) - 1000.0).abs() < 200.0, "{}", grid.frame_at(0.0));
    assert_eq!(BeatGrid::from_taps(&[5.0]), Err(GridError::TooFewTaps));
    assert_eq!(BeatGrid::from_taps(&[5.0, 5.0]), Err(GridError::Invalid));
    assert_eq!(BeatGrid::from_taps(&[0.0, BEAT, 2.0 * BEAT]).unwrap(), BeatGrid::steady(0.0, BEAT).unwrap());
}

#[test]
fn another_tempo_turns_around_the_nearest_beat() {
    let mut grid = moving();
    let kept = grid.frame_at(5.0);
    grid.set_tempo(kept + 100.0, 20_000.0).unwrap();
    assert_eq!((grid.frame_at(5.0), grid.frame_at(6.0), grid.is_steady()), (kept, kept + 20_000.0, true));
}

#[test]
fn a_locked_grid_refuses_every_edit() {
    let mut grid = steady();
    grid.set_locked(true);
    let before = grid.clone();
    let refused = [
        grid.shift(1.0),
        grid.double(),
        grid.halve(),
        grid.set_downbeat(0.0),
        grid.set_anchor(0.0),
        grid.set_tempo(0.0, 30_000.0),
        grid.tap(&[0.0, 1000.0]),
        grid.set_beats_per_bar(3),
    ];
    assert!(refused.iter().all(|result| *result == Err(GridError::Locked)), "{refused:?}");
    assert_eq!(grid, before);
    grid.set_locked(false);
    grid.set_beats_per_bar(3).unwrap();
    assert_eq!((grid.beat_in_bar(3.0), grid.set_beats_per_bar(0)), (0.0, Err(GridError::Invalid)));
    grid.double().unwrap();
    assert_eq!(grid.beats_per_bar(), 3, "edits keep what they do not change");
}

#[test]
fn it_comes_back_from_disk_and_damage_does_not() {
    for mut grid in [steady(), moving()] {
        grid.set_locked(true);
        let text = serde_json::to_string(&grid).unwrap();
        assert_eq!(serde_json::from_str::<BeatGrid>(&text).unwrap(), grid);
        for (from, to) in [
            ("\"places\":[", "\"places\":[{\"frame\":9e9,\"beat\":0,\"frames_per_beat\":1e4},"),
            ("\"beats_per_bar\":4", "\"beats_per_bar\":0"),
        ] {
            assert!(serde_json::from_str::<BeatGrid>(&text.replace(from, to)).is_err(), "{from}");
        }
    }
}
