//! Gives every sound a buffer, and takes it back after its last reader.

use super::items::{Items, Value};
use super::strips::Cut;

/// Block 0 of every slab.
pub(super) const SILENT: u32 = 0;

#[derive(Debug)]
pub(super) struct Buffers {
    pub(super) count: u32,
    /// By item.
    pub(super) of: Vec<u32>,
    /// By bus.
    pub(super) buses: Vec<u32>,
}

impl Buffers {
    pub(super) fn of_value(&self, value: Value) -> u32 {
        match value {
            Value::Silent => SILENT,
            Value::Bus(bus) => self.buses[bus],
            Value::Item(item) => self.of[item],
        }
    }

    fn fresh(&mut self) -> u32 {
        self.count += 1;
        self.count - 1
    }
}

/// Within a strip buffers are used again and again. What crosses from one strip to another has a buffer of its own,
/// because nothing says which strip runs first.
pub(super) fn assign(items: &Items, strips: &[Cut]) -> Buffers {
    let mut buffers = Buffers { count: SILENT + 1, of: vec![SILENT; items.list.len()], buses: vec![] };
    buffers.buses = items.buses.iter().map(|_| buffers.fresh()).collect();
    let mut readers = local_readers(items, strips);
    let mut free = vec![];
    for strip in strips {
        free.clear();
        for group in &strip.groups {
            // All outputs of a bank before any of its inputs is free again: lanes run at once.
            for &item in group {
                buffers.of[item] = free.pop().unwrap_or_else(|| buffers.fresh());
            }
            for &item in group {
                release_inputs(items, item, &mut readers, &buffers, &mut free);
                if readers[item] == Some(0) {
                    free.push(buffers.of[item]);
                }
            }
        }
    }
    buffers
}

fn release_inputs(items: &Items, item: usize, readers: &mut [Option<u32>], buffers: &Buffers, free: &mut Vec<u32>) {
    for value in &items.list[item].inputs {
        if let Value::Item(source) = *value
            && let Some(left) = &mut readers[source]
        {
            *left -= 1;
            if *left == 0 {
                free.push(buffers.of[source]);
            }
        }
    }
}

/// Readers of each item's sound; `None` if some are outside its strip, or it goes to an output.
fn local_readers(items: &Items, strips: &[Cut]) -> Vec<Option<u32>> {
    let mut strip_of = vec![0; items.list.len()];
    for (index, strip) in strips.iter().enumerate() {
        strip.groups.iter().flatten().for_each(|&item| strip_of[item] = index);
    }
    let mut readers = vec![Some(0); items.list.len()];
    for (reader, item) in items.list.iter().enumerate() {
        for value in &item.inputs {
            if let Value::Item(source) = *value {
                let is_local = strip_of[source] == strip_of[reader];
                readers[source] = readers[source].filter(|_| is_local).map(|count| count + 1);
            }
        }
    }
    for (_, value, _) in &items.outputs {
        if let Value::Item(source) = *value {
            readers[source] = None;
        }
    }
    readers
}
