//! Nodes of one type that do not depend on each other become one op. Sound and order of sums stay the same.

use std::any::TypeId;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::items::Item;
use crate::graph::run::MAX_LANES;

/// Nodes with the same key can be in one bank: type, output width, inputs.
type Key = (TypeId, usize, usize);

/// Most nodes in a bank of this kind: a stereo node is two lanes.
const fn most((_, channels, _): Key) -> usize {
    MAX_LANES / channels
}

fn key(item: &Item) -> Option<(Key, bool)> {
    let kernel = item.info.bank.filter(|_| item.absorbs_after.is_none())?;
    let ports = item.info.ports;
    Some(((kernel.type_id, ports.output.channels(), ports.inputs.len()), kernel.is_worth_reordering))
}

/// Groups of items in an order in which they can run; a group of several is a bank.
pub(super) fn fuse(items: &[Item], banks: bool) -> Vec<Vec<usize>> {
    let keys: Vec<_> = items.iter().map(key).collect();
    if !banks || keys.iter().flatten().count() < 2 {
        return (0..items.len()).map(|index| vec![index]).collect();
    }
    let mut ready = Ready::new(items, &keys);
    let mut groups = Vec::with_capacity(items.len());
    while let Some(group) = ready.pop() {
        for &index in &group {
            ready.done(index);
        }
        groups.push(group);
    }
    groups
}

/// What can run next.
struct Ready<'i> {
    keys: &'i [Option<(Key, bool)>],
    /// Items still to run before each.
    waits_for: Vec<usize>,
    readers: Vec<Vec<usize>>,
    /// Items that gain nothing from waiting; lowest first keeps the depth-first order.
    now: BinaryHeap<Reverse<usize>>,
    /// Items that wait for others of their kind.
    eager: BTreeMap<Key, BinaryHeap<Reverse<usize>>>,
}

impl<'i> Ready<'i> {
    fn new(items: &[Item], keys: &'i [Option<(Key, bool)>]) -> Self {
        let mut readers = vec![vec![]; items.len()];
        let mut waits_for = vec![0; items.len()];
        for (index, item) in items.iter().enumerate() {
            for source in item.before() {
                readers[source].push(index);
                waits_for[index] += 1;
            }
        }
        let mut this = Self { keys, waits_for, readers, now: BinaryHeap::new(), eager: BTreeMap::new() };
        for index in 0..items.len() {
            if this.waits_for[index] == 0 {
                this.add(index);
            }
        }
        this
    }

    fn add(&mut self, index: usize) {
        match self.keys[index] {
            Some((key, true)) => self.eager.entry(key).or_default().push(Reverse(index)),
            _ => self.now.push(Reverse(index)),
        }
    }

    fn done(&mut self, index: usize) {
        for reader in std::mem::take(&mut self.readers[index]) {
            self.waits_for[reader] -= 1;
            if self.waits_for[reader] == 0 {
                self.add(reader);
            }
        }
    }

    fn pop(&mut self) -> Option<Vec<usize>> {
        if let Some(Reverse(first)) = self.now.pop() {
            return Some(self.with_neighbours(first));
        }
        // The fullest; of equals the one that came first, so that the order does not depend on type ids.
        let fullest = self.eager.iter_mut().filter(|(_, heap)| !heap.is_empty());
        let (kind, heap) = fullest.max_by_key(|(kind, heap)| (heap.len().min(most(**kind)), heap.peek().copied()))?;
        Some((0..most(*kind)).map_while(|_| heap.pop()).map(|Reverse(index)| index).collect())
    }

    /// The items right after this one that are of its kind and ready too.
    fn with_neighbours(&mut self, first: usize) -> Vec<usize> {
        let mut group = vec![first];
        if let Some((kind, _)) = self.keys[first] {
            while group.len() < most(kind)
                && let Some(Reverse(next)) = self.now.peek().copied()
                && self.keys[next].is_some_and(|(other, _)| other == kind)
            {
                self.now.pop();
                group.push(next);
            }
        }
        group
    }
}
