//! Mapping files, learning and the desk.

mod desk;
mod files;
mod learn;
mod mapping;
