//! The room's stories, told to both databases.

mod clock;
mod crashes;
mod ending_together;
mod enqueuing;
mod failing;
mod looking_after;
mod schedules;
mod world;
