//! The front door, tried from outside: what it answers, to whom, and what it does to those who are up to no good.

mod access;
mod customers;
mod description;
mod headers;
mod health;
mod hostile;
mod imports;
mod kept;
mod live;
mod metrics;
mod preferences;
mod rates;
mod rooms;
mod segments;
mod sockets;
mod world;
