//! Lets a release that carries the console be built anew when the console was.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Otherwise the console is read from its folder, with every request.
    if std::env::var_os("PROFILE").is_some_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=../../console/dist");
    }
}
