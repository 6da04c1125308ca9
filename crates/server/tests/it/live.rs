//! The live feed: what is logged comes by itself, to those who may see it and for as long as they may.

use axum::{
    Router,
    body::{Body, BodyDataStream},
    http::{Request, StatusCode},
};
use futures::StreamExt;
use serde_json::Value as Json;
use std::time::Duration;
use team::Permission;
use testkit::{ANA, BRUNO, on_both};
use tower::ServiceExt;

use crate::world::{House, get};

/// How long anything may take that ends by itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody who follows.
struct Feed(BodyDataStream, String);

impl Feed {
    /// The next event as its id and its signal; nothing once the stream has ended.
    async fn next(&mut self) -> Option<(i64, Json)> {
        loop {
            if let Some((event, rest)) = self.1.split_once("\n\n") {
                let line = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                let told = line("id:").zip(line("data:"));
                let told = told.map(|(id, data)| (id.parse().unwrap(), serde_json::from_str(data).unwrap()));
                self.1 = rest.to_owned();
                match told {
                    Some(told) => return Some(told),
                    None => continue,
                }
            }
            let piece = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("nothing came")?;
            self.1.push_str(std::str::from_utf8(&piece.unwrap()).unwrap());
        }
    }
}

async fn follows(router: &Router, request: Request<Body>) -> (StatusCode, Feed) {
    let response = router.clone().oneshot(request).await.unwrap();
    (response.status(), Feed(response.into_body().into_data_stream(), String::new()))
}

#[tokio::test]
async fn what_is_logged_comes_by_itself_and_goes_on_where_it_broke_off() {
    on_both(async |world| {
        let house = House::over(world);
        let (router, key) = (house.router(), house.key(&world.scope, &[Permission::ReadSignals]).await);
        world.hears([ANA.does("page_viewed")]).await;
        let live = "/api/v1/signals/live?where=kind%20%3D%20'order_completed'";
        let (status, mut feed) = follows(&router, house.with_key(&key, get(live))).await;
        assert_eq!(status, 200);
        world.hears([BRUNO.does("page_viewed"), ANA.does("order_completed"), BRUNO.does("order_completed")]).await;
        let (first, signal) = feed.next().await.unwrap();
        assert_eq!((first, &signal["kind"]), (3, &"order_completed".into()));
        drop(feed);
        let mut again = house.with_key(&key, get(live));
        again.headers_mut().insert("last-event-id", first.into());
        let (_, mut feed) = follows(&router, again).await;
        assert_eq!(feed.next().await.unwrap().0, 4);
        let mut nonsense = house.with_key(&key, get(live));
        nonsense.headers_mut().insert("last-event-id", "yesterday".parse().unwrap());
        assert_eq!(follows(&router, nonsense).await.0, 400);
    })
    .await;
}

#[tokio::test]
async fn it_is_for_those_who_may_see_signals_and_ends_when_they_no_longer_may() {
    on_both(async |world| {
        let house = House::over(world);
        let router = house.router();
        assert_eq!(follows(&router, get("/api/v1/signals/live")).await.0, 401);
        let other = house.key(&world.scope, &[Permission::ReadInsights]).await;
        assert_eq!(follows(&router, house.with_key(&other, get("/api/v1/signals/live"))).await.0, 403);
        let key = house.key(&world.scope, &[Permission::ReadSignals]).await;
        let (_, mut feed) = follows(&router, house.with_key(&key, get("/api/v1/signals/live"))).await;
        world.hears([ANA.does("page_viewed")]).await;
        assert!(feed.next().await.is_some());
        let keys = world.team.keys(&world.scope, None, 10).await.unwrap();
        for key in keys {
            world.team.revoke_key(&world.scope, key.id, None).await.unwrap();
        }
        assert_eq!(feed.next().await, None);
    })
    .await;
}

#[tokio::test]
async fn one_caller_holds_a_few_and_gives_them_back_and_all_end_with_the_server() {
    on_both(async |world| {
        let house = House::over(world);
        let (router, key) = (house.router(), house.key(&world.scope, &[Permission::ReadSignals]).await);
        let open = async || follows(&router, house.with_key(&key, get("/api/v1/signals/live"))).await;
        let mut feeds = Vec::new();
        loop {
            let (status, feed) = open().await;
            if status == 429 {
                break;
            }
            feeds.push(feed);
            assert!(feeds.len() < 20);
        }
        assert!(house.front.metrics.render().await.contains(&format!("harken_http_streams {}", feeds.len())));
        feeds.pop();
        let (status, mut last) = open().await;
        assert_eq!(status, 200, "whoever leaves makes room");
        house.front.draining.begin();
        assert_eq!(last.next().await, None);
    })
    .await;
}
