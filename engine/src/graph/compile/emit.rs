//! The plan itself: everything resolved to pointers.
#![allow(unsafe_code, reason = "pointers into tables that no longer move")]

use super::colour::Buffers;
use super::items::{Item, Items};
use super::strips::Cut;
use crate::graph::io::RawIo;
use crate::graph::plan::{Bus, Op, Place, Plan, Slab, Strip, flag};
use crate::graph::run::BankCall;
use crate::graph::{StereoBlock, Width, streak};

pub(super) fn plan(
    items: Items,
    strips: &[Cut],
    buffers: &Buffers,
    scans: &[bool],
    latency_frames: u32,
    serial: u64,
) -> Plan {
    let mut plan = Plan { serial, latency_frames, has_fades: items.has_fades, ..Plan::empty() };
    plan.slab = Slab::new(buffers.count as usize);
    let firsts = input_table(&mut plan, &items, buffers);
    let mut emitter =
        Emitter { items: &items.list, scans, firsts: &firsts, buffers, ops: vec![], members: vec![], banks: vec![] };
    let (mut deps, mut streaks) = (vec![], vec![]);
    let (mut cuts, mut is_needed) = (vec![], vec![false; strips.len()]);
    for strip in strips {
        let first_op = index(emitter.ops.len());
        for group in &strip.groups {
            emitter.group(&plan, group);
        }
        let num_ops = index(emitter.ops.len()) - first_op;
        let first_streak = index(streaks.len());
        streak::cut(&emitter.ops, first_op as usize, &mut streaks);
        let num_streaks = index(streaks.len()) - first_streak;
        let (first_dep, num_deps) = (index(deps.len()), index(strip.deps.len()));
        cuts.push(Strip { first_op, num_ops, first_streak, num_streaks, first_dep, num_deps });
        strip.deps.iter().for_each(|&dep| is_needed[dep as usize] = true);
        deps.extend_from_slice(&strip.deps);
    }
    let Emitter { ops, members, banks, .. } = emitter;
    (plan.ops, plan.members) = (ops.into(), members.into());
    plan.last_strips = (0..index(cuts.len())).filter(|strip| !is_needed[*strip as usize]).collect();
    (plan.strips, plan.deps, plan.streaks) = (cuts.into(), deps.into(), streaks.into());
    plan.banks = link_banks(banks, &mut plan.members);
    plan.places = places(&items.list, strips);
    let bus_in = |(&bus, &buffer)| Bus { bus, buffer, width: Width::Stereo, hold: 0 };
    plan.bus_inputs = items.buses.iter().zip(&buffers.buses).map(bus_in).collect();
    let bus_out = |&(bus, value, width)| Bus { bus, buffer: buffers.of_value(value), width, hold: 0 };
    plan.bus_outputs = items.outputs.iter().map(bus_out).collect();
    plan.cells = items.list.into_iter().map(|item| item.cell).collect();
    plan
}

fn index(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// One table with every op's input pointers. Returns where each item's begin.
fn input_table(plan: &mut Plan, items: &Items, buffers: &Buffers) -> Vec<usize> {
    let mut table: Vec<*const StereoBlock> = vec![];
    let mut firsts = Vec::with_capacity(items.list.len());
    for item in &items.list {
        firsts.push(table.len());
        table.extend(item.inputs.iter().map(|&value| plan.slab.block(buffers.of_value(value)).cast_const()));
    }
    plan.inputs = table.into();
    firsts
}

struct Emitter<'i> {
    items: &'i [Item],
    scans: &'i [bool],
    firsts: &'i [usize],
    buffers: &'i Buffers,
    ops: Vec<Op>,
    members: Vec<Op>,
    /// The kernel's item, first member and number of members of each bank.
    banks: Vec<(crate::graph::BankKernel, usize, usize)>,
}

impl Emitter<'_> {
    fn group(&mut self, plan: &Plan, group: &[usize]) {
        let Some(&first) = group.first() else { return };
        let op = self.op(plan, first);
        let (Some(kernel), 2..) = (self.items[first].info.bank, group.len()) else { return self.ops.push(op) };
        let bank = index(self.banks.len());
        self.banks.push((kernel, self.members.len(), group.len()));
        self.ops.push(Op { flags: flag::BANK, index: bank, ..op });
        for &item in group {
            let op = self.op(plan, item);
            self.members.push(op);
        }
    }

    fn op(&self, plan: &Plan, item: usize) -> Op {
        let Item { cell, info, inputs, absorbs_after, .. } = &self.items[item];
        let scan = if self.scans[item] { flag::SCAN } else { 0 };
        let flags = if absorbs_after.is_some() { flag::ABSORB } else { scan };
        // SAFETY: one past the last entry at most, for an item without inputs.
        let first_input = unsafe { plan.inputs.as_ptr().add(self.firsts[item]) };
        let output = plan.slab.block(self.buffers.of[item]);
        Op {
            node: cell.pointer(),
            io: RawIo { inputs: first_input, output, num_inputs: index(inputs.len()) },
            events: (0, 0),
            index: index(item),
            flags,
            width: info.ports.output,
            hold: 0,
        }
    }
}

fn link_banks(banks: Vec<(crate::graph::BankKernel, usize, usize)>, members: &mut [Op]) -> Box<[BankCall]> {
    let base = members.as_mut_ptr();
    let link = |(kernel, first, count)| {
        // SAFETY: each range was pushed to the table as it was counted.
        let members = unsafe { base.add(first) };
        BankCall { kernel, members, count }
    };
    banks.into_iter().map(link).collect()
}

/// Where each of the graph's nodes is.
fn places(items: &[Item], strips: &[Cut]) -> Box<[Option<Place>]> {
    let len = items.iter().filter_map(|item| item.id).map(|id| id.index as usize + 1).max().unwrap_or(0);
    let mut places = vec![None; len];
    let mut member = 0;
    for (group, op) in strips.iter().flat_map(|strip| &strip.groups).zip(0..) {
        let is_bank = group.len() > 1;
        for &item in group {
            if let Some(id) = items[item].id {
                let member = is_bank.then_some(member);
                let place = Place { generation: id.generation, op, member };
                keep_newer(&mut places[id.index as usize], place);
            }
            member += u32::from(is_bank);
        }
    }
    places.into()
}

/// A node that still fades out may have had the same index as one that is new.
fn keep_newer(known: &mut Option<Place>, place: Place) {
    let is_newer = |old: &Place| place.generation.wrapping_sub(old.generation) < u32::MAX / 2;
    if known.as_ref().is_none_or(is_newer) {
        *known = Some(place);
    }
}
