//! Runs of ops that one lane does in one go, cut so that lanes have enough to share and little to wait for.

use std::sync::Arc;

use super::items::Item;
use super::schedule::{Line, Task, schedule};
use crate::graph::costs::{Expected, Ledger, StripCosts};
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
    let strips = clusters.into_strips(groups.clone(), lanes);
    if strips.len() > MAX_STRIPS { vec![Cut { groups, deps: vec![] }] } else { strips }
}

/// Roughly how long a group takes. Lanes of a bank overlap.
fn cost(items: &[Item], group: &[usize]) -> u64 {
    let sum: u64 = group.iter().map(|&item| items[item].cost_ns()).sum();
    if group.len() > 1 { sum / 4 } else { sum }
}

/// What the strips are taken to cost.
pub(super) fn ledger(items: &[Item], strips: &[Cut]) -> Ledger {
    let nodes = |group: &Vec<usize>| {
        let with_cost = |&item: &usize| (items[item].cell.clone(), items[item].cost_ns());
        let own = group.iter().filter(|&&item| items[item].absorbs_after.is_none());
        own.map(with_cost).collect::<Vec<_>>()
    };
    let expected = |strip: &Cut| Expected {
        cost_ns: strip.groups.iter().map(|group| cost(items, group)).sum(),
        nodes: strip.groups.iter().flat_map(nodes).collect(),
    };
    Ledger { measured: Arc::new(StripCosts::new(strips.len())), strips: strips.iter().map(expected).collect() }
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

    /// Groups of each strip.
    fn into_strips(self, groups: Vec<Vec<usize>>, lanes: usize) -> Vec<Cut> {
        let names: Vec<usize> = (0..self.of.len()).filter(|&index| self.of[index] == index).collect();
        let mut number = vec![0; self.of.len()];
        names.iter().enumerate().for_each(|(index, &name)| number[name] = index);
        let numbers = |names: &[usize]| names.iter().map(|&name| number[name]).collect();
        let tasks: Vec<Task> = names
            .iter()
            .map(|&name| Task {
                cost_ns: self.cost[name].max(1),
                before: numbers(&self.before[name]),
                after: numbers(&self.after[name]),
            })
            .collect();
        let mut groups_of = vec![vec![]; names.len()];
        for (group, name) in groups.into_iter().zip(&self.of) {
            groups_of[number[*name]].push(group);
        }
        let plan = schedule(&tasks, lanes);
        let strip = |line: Line| Cut {
            groups: line.tasks.into_iter().flat_map(|task| std::mem::take(&mut groups_of[task])).collect(),
            deps: line.deps,
        };
        plan.into_iter().map(strip).collect()
    }
}

fn distinct(values: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut values: Vec<usize> = values.collect();
    values.sort_unstable();
    values.dedup();
    values
}
