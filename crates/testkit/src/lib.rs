//! A test's world: app, people, clock, databases; and the fixture program.
