//! Lets the binary, which carries the console, be built anew when the console was.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // A path that is not there would count as changed every time.
    if std::path::Path::new("../../console/dist").exists() {
        println!("cargo:rerun-if-changed=../../console/dist");
    }
}
