//! Functions that compile to the same code are kept once: of a binary with a column engine in it that is two megabytes.

use std::env::var;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |name, value| var(name).is_ok_and(|found| found == value);
    // The linker must be LLD, which is Rust's own on this target alone.
    let target = is("CARGO_CFG_TARGET_ARCH", "x86_64")
        && is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ENV", "gnu");
    if target && is("PROFILE", "release") {
        println!("cargo:rustc-link-arg-bins=-Wl,--icf=all");
    }
}
