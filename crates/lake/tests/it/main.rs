//! The lake's stories: moving signals, asking, compacting, damage and crashes.

mod asking;
mod crashes;
mod damage;
mod moving;
mod world;
