//! Properties that must hold on both engines, for any value.

use proptest::{
    strategy::Strategy,
    test_runner::{Config, TestRunner},
};

use crate::{World, databases};

/// Tells a story about any of `cases` values, each to a new workspace on every engine that can run here.
///
/// A value that breaks the story is made as small as it can be before it is reported.
pub fn for_any<S: Strategy>(cases: u32, values: S, story: impl AsyncFn(&World, S::Value)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.unwrap_or_else(|error| panic!("no runtime: {error}"));
    for database in runtime.block_on(databases()) {
        eprintln!("on {}", database.name);
        let house = runtime.block_on(World::over(&database));
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
        let told = runner.run(&values, |value| {
            runtime.block_on(async {
                let world = house.elsewhere().await;
                story(&world, value).await;
            });
            Ok(())
        });
        drop(house);
        if let Err(broken) = told {
            panic!("{broken}");
        }
        runtime.block_on(database.dispose());
    }
}
