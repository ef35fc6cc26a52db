//! Runs of ops that one lane does in one go, cut so that lanes have enough to share and little to wait for.

use std::cmp::Reverse;

use super::items::Item;
use crate::graph::parallel::MAX_STRIPS;

/// Work below this is not worth handing over, in nanoseconds of [`cost`].
const GRAIN_NS: u64 = 4_000;

/// A strip still without buffers.
#[derive(Debug, Default)]
pub(super) struct Cut {
    /// Groups of items, each one op.
    pub(super) groups: Vec<Vec<usize>>,
    /// Strips before this one that it needs.
    pub(super) deps: Vec<u32>,
}

/// Cuts the groups into strips; with one lane, or too little work, into one.
pub(super) fn cut(items: &[Item], groups: Vec<Vec<usize>>, lanes: usize) -> Vec<Cut> {
    let total: u64 = groups.iter().map(|group| cost(items, group)).sum();
    if lanes < 2 || total < GRAIN_NS {
        return vec![Cut { groups, deps: vec![] }];
    }
    let mut clusters = Clusters::new(items, &groups);
    clusters.join_chains();
    // With little work in all, small trees stay apart, or one of them holds up the others.
    clusters.join_small_trees((total / (8 * lanes as u64)).min(GRAIN_NS));
    clusters.share_levels(lanes);
    let strips = clusters.into_strips(groups.clone());
    if strips.len() > MAX_STRIPS { vec![Cut { groups, deps: vec![] }] } else { strips }
}

/// Roughly how long a group takes. Lanes of a bank overlap.
fn cost(items: &[Item], group: &[usize]) -> u64 {
    let sum: u64 = group.iter().map(|&item| u64::from(items[item].info.cost_hint_ns)).sum();
    if group.len() > 1 { sum / 4 } else { sum }
}

/// Groups joined to clusters. Joining never makes a circle: see each step.
struct Clusters {
    /// Of each group. Clusters are named by one of their groups.
    of: Vec<usize>,
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
    /// By name.
    cost: Vec<u64>,
}

impl Clusters {
    fn new(items: &[Item], groups: &[Vec<usize>]) -> Self {
        let mut group_of = vec![0; items.len()];
        for (index, group) in groups.iter().enumerate() {
            group.iter().for_each(|&item| group_of[item] = index);
        }
        let mut before = vec![vec![]; groups.len()];
        let mut after = vec![vec![]; groups.len()];
        for (index, group) in groups.iter().enumerate() {
            before[index] = distinct(group.iter().flat_map(|&item| items[item].before()).map(|item| group_of[item]));
            before[index].iter().for_each(|&source| after[source].push(index));
        }
        let cost = groups.iter().map(|group| cost(items, group)).collect();
        Self { of: (0..groups.len()).collect(), before, after, cost }
    }

    /// The cluster that a group is in by now.
    fn root(&self, mut group: usize) -> usize {
        while self.of[group] != group {
            group = self.of[group];
        }
        group
    }

    fn join(&mut self, group: usize, cluster: usize) {
        self.cost[cluster] += std::mem::take(&mut self.cost[self.of[group]]);
        self.of[group] = cluster;
    }

    /// A group with one before it that has only it after: they could never run at the same time.
    fn join_chains(&mut self) {
        for group in 0..self.of.len() {
            if let [source] = self.before[group][..]
                && self.after[source].len() == 1
            {
                self.join(group, self.of[source]);
            }
        }
        self.contract();
    }

    /// What is only needed by one other, as long as both together are small. No way leads out and back in, since there
    /// is only one way out.
    fn join_small_trees(&mut self, grain_ns: u64) {
        for cluster in (0..self.of.len()).rev().filter(|&index| self.of[index] == index).collect::<Vec<_>>() {
            let readers = distinct(self.after[cluster].iter().map(|&reader| self.root(reader)));
            if let [reader] = readers[..]
                && self.cost[cluster] + self.cost[reader] <= grain_ns
            {
                self.join(cluster, reader);
            }
        }
        self.contract();
    }

    /// Clusters that are equally far from the start cannot need each other: small ones are dealt out to as many piles
    /// as there are lanes.
    fn share_levels(&mut self, lanes: usize) {
        let order = self.order();
        let mut level = vec![0_usize; self.of.len()];
        for &cluster in &order {
            level[cluster] = self.before[cluster].iter().map(|&source| level[source] + 1).max().unwrap_or(0);
        }
        let mut levels: Vec<Vec<usize>> = vec![];
        for &cluster in &order {
            levels.resize(levels.len().max(level[cluster] + 1), vec![]);
            levels[level[cluster]].push(cluster);
        }
        for level in levels {
            let mut small: Vec<usize> = level.into_iter().filter(|&cluster| self.cost[cluster] < GRAIN_NS).collect();
            if small.len() <= lanes {
                continue;
            }
            small.sort_by_key(|&cluster| Reverse(self.cost[cluster]));
            let mut piles: Vec<usize> = small.drain(..lanes).collect();
            for cluster in small {
                piles.sort_by_key(|&pile| self.cost[pile]);
                let pile = piles[0];
                self.join(cluster, pile);
            }
        }
        self.contract();
    }

    /// Connections between clusters in place of those between groups, under the clusters' names.
    fn contract(&mut self) {
        for group in 0..self.of.len() {
            self.of[group] = self.root(group);
        }
        let mut before = vec![vec![]; self.of.len()];
        for (group, sources) in self.before.iter().enumerate() {
            let name = self.of[group];
            before[name].extend(sources.iter().map(|&source| self.of[source]).filter(|&source| source != name));
        }
        self.before = before.into_iter().map(|sources| distinct(sources.into_iter())).collect();
        self.after = vec![vec![]; self.of.len()];
        for (name, sources) in self.before.iter().enumerate() {
            sources.iter().for_each(|&source| self.after[source].push(name));
        }
    }

    /// Names, each after those before it; of those that could come next the one with the longest way to the end.
    fn order(&self) -> Vec<usize> {
        let names: Vec<usize> = (0..self.of.len()).filter(|&index| self.of[index] == index).collect();
        let rest = self.longest_ways(&names);
        let mut waits: Vec<usize> = self.before.iter().map(Vec::len).collect();
        let mut ready: std::collections::BinaryHeap<(u64, Reverse<usize>)> =
            names.iter().filter(|&&name| waits[name] == 0).map(|&name| (rest[name], Reverse(name))).collect();
        let mut order = vec![];
        while let Some((_, Reverse(name))) = ready.pop() {
            order.push(name);
            for &reader in &self.after[name] {
                waits[reader] -= 1;
                if waits[reader] == 0 {
                    ready.push((rest[reader], Reverse(reader)));
                }
            }
        }
        order
    }

    /// Cost from each cluster to the end, itself included.
    fn longest_ways(&self, names: &[usize]) -> Vec<u64> {
        let mut rest = vec![0; self.of.len()];
        let mut left: Vec<usize> = self.after.iter().map(Vec::len).collect();
        let mut ready: Vec<usize> = names.iter().copied().filter(|&name| left[name] == 0).collect();
        while let Some(name) = ready.pop() {
            rest[name] = self.cost[name] + self.after[name].iter().map(|&reader| rest[reader]).max().unwrap_or(0);
            for &source in &self.before[name] {
                left[source] -= 1;
                if left[source] == 0 {
                    ready.push(source);
                }
            }
        }
        rest
    }

    fn into_strips(self, groups: Vec<Vec<usize>>) -> Vec<Cut> {
        let order = self.order();
        let mut place = vec![0; self.of.len()];
        for (index, &name) in order.iter().enumerate() {
            place[name] = index;
        }
        let index = |name: &usize| u32::try_from(place[*name]).unwrap_or(u32::MAX);
        let deps = |name: &usize| self.before[*name].iter().map(index).collect();
        let mut strips: Vec<Cut> = order.iter().map(|name| Cut { groups: vec![], deps: deps(name) }).collect();
        for (group, name) in groups.into_iter().zip(&self.of) {
            strips[place[*name]].groups.push(group);
        }
        strips
    }
}

fn distinct(values: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut values: Vec<usize> = values.collect();
    values.sort_unstable();
    values.dedup();
    values
}
