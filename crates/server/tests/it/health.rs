//! Alive and ready.

use testkit::on_both;

use crate::world::{House, get};

#[tokio::test]
async fn a_server_that_is_stopping_is_alive_and_not_ready() {
    on_both(async |world| {
        let house = House::over(world);
        assert_eq!(house.asks(get("/healthz")).await.status, 204);
        let ready = house.asks(get("/readyz")).await;
        assert_eq!((ready.status.as_u16(), ready.json()["status"].as_str()), (200, Some("ready")));
        house.front.draining.begin();
        assert_eq!(house.asks(get("/healthz")).await.status, 204);
        let stopping = house.asks(get("/readyz")).await;
        assert_eq!((stopping.status.as_u16(), stopping.header("retry-after")), (503, "1"));
    })
    .await;
}

#[tokio::test]
async fn a_server_without_its_database_is_alive_and_not_ready() {
    on_both(async |world| {
        let house = House::over(world);
        world.store.close().await;
        assert_eq!(house.asks(get("/healthz")).await.status, 204);
        let gone = house.asks(get("/readyz")).await;
        assert_eq!(gone.status, 503, "{gone:?}");
    })
    .await;
}
