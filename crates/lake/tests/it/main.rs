//! The lake's stories: moving signals, asking, compacting, damage and crashes.

mod asking;
mod crashes;
mod damage;
mod filters;
mod moving;
mod world;
