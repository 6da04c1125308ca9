//! Rate limits, as those see them who run into them.

use server::{Rate, Rates};
use std::num::NonZeroU32;
use team::Permission;
use testkit::{Database, World};

use crate::world::{House, answer, get};

#[tokio::test]
async fn a_key_that_asks_too_often_slows_down_itself_and_nobody_else() {
    let database = Database::sqlite().await;
    let world = World::over(&database).await;
    let mut house = House::over(&world);
    let few = Rate::per_minute(NonZeroU32::new(2).unwrap());
    house.front.rates = Rates { caller: few, ..Rates::default() };
    let keys = [
        house.key(&world.scope, &[Permission::ReadAudit]).await,
        house.key(&world.scope, &[Permission::ReadAudit]).await,
    ];
    let router = house.router();
    let ask = async |key: &str, path: &str| answer(router.clone(), house.with_key(key, get(path))).await;
    for left in ["1", "0"] {
        let answer = ask(&keys[0], "/api/v1/customers/1").await;
        assert_eq!(answer.status, 403, "it may read the audit log and nothing else");
        assert!(answer.header("ratelimit").starts_with(&format!("\"caller\";r={left};t=")), "{answer:?}");
    }
    let slowed = ask(&keys[0], "/api/v1/customers/1").await;
    assert_eq!(slowed.status, 429);
    assert_eq!(slowed.header("ratelimit-policy"), "\"caller\";q=2;w=60");
    assert!(!slowed.header("retry-after").is_empty());
    assert_eq!(ask(&keys[1], "/api/v1/customers/1").await.status, 403);
    assert_eq!(ask(&keys[0], "/api/v1/signals").await.status, 403, "heavy routes have their own bucket");
}
