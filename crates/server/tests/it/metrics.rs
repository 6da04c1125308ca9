//! What operators see.

use signals::Projector;
use testkit::{ANA, on_both};

use crate::world::{House, answer, get};

#[tokio::test]
async fn an_operator_sees_requests_by_route_and_how_the_log_does() {
    on_both(async |world| {
        let house = House::over(world);
        let projector =
            Projector::register(world.store.clone(), server::projections(&house.rooms.actions)).await.unwrap();
        server::probe_log(&house.front.metrics, world.team.clone(), world.signals.clone(), projector);
        world.hears([ANA.does("order_completed"), ANA.does("order_completed")]).await;
        house.gets(&world.scope, "/api/v1/customers/1").await;
        house.gets(&world.scope, "/api/v1/customers/2?secret=hk_canary").await;
        house.asks(get("/wp-login.php")).await;
        let text = answer(server::scrape(house.front.metrics.clone()), get("/metrics")).await.text;
        for line in [
            r#"harken_http_requests_total{route="/api/v1/customers/{customer}",method="GET",status="2xx"} 1"#,
            r#"harken_http_requests_total{route="/api/v1/customers/{customer}",method="GET",status="4xx"} 1"#,
            r#"harken_http_requests_total{route="unmatched",method="GET",status="4xx"} 1"#,
            "harken_http_requests_in_flight 0",
            "harken_log_queue 0",
            "harken_lake_lag 2",
            r#"harken_projection_lag{projection="volume"} 2"#,
            r#"harken_signals_received_total{outcome="logged",reason=""} 2"#,
        ] {
            assert!(text.contains(line), "{line} is missing in:\n{text}");
        }
        assert!(!text.contains("canary") && !text.contains("wp-login"), "{text}");
        assert_eq!(house.asks(get("/metrics")).await.status, 404, "it is not for the internet");
    })
    .await;
}
