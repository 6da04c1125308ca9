//! Clocks that jump: no burst, and nothing stuck.

use base::Timestamp;
use store::jobs::{Failure, NewJob, Policy, State};

use crate::world::{QUICK, World, does, numbered, on_both, write_once, writes};

const DAYS: i64 = 400;

/// A reminder every ten hours or so for the next four hundred days.
async fn plans_a_thousand_mails(world: &World) {
    let transaction = world.store.begin().await.unwrap();
    let now = world.clock.now();
    for number in 1..=1_000 {
        let at = now.plus(number * DAYS * Timestamp::DAY / 1_000);
        let mail = NewJob::new("write", &format!("mail {number}")).unwrap().at(at);
        store::jobs::enqueue(&transaction, mail, now).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

async fn sent(world: &World) -> usize {
    world.effects().await.keys().filter(|effect| effect.starts_with("mail")).count()
}

#[tokio::test]
async fn a_clock_set_forward_by_four_hundred_days_sends_no_burst() {
    on_both(async |world| {
        let right = world.clock.now();
        plans_a_thousand_mails(world).await;
        let process = world.starts(vec![writes(&world.store)]);
        world.asks_for("write", numbered(1)).await;
        world.until_done("digest 0").await;
        world.waits(DAYS * Timestamp::DAY);
        // What is asked for now runs now, also while the clock is wrong, and many looks at the clock later.
        for number in 1..20 {
            world.asks_for("write", numbered(number + 1).skip(number)).await;
            world.until_done(&format!("digest {number}")).await;
        }
        assert_eq!(sent(world).await, 0);
        for hour in 1..=10 {
            world.clock.set(right.plus(hour * Timestamp::HOUR));
            world.asks_for("write", [format!("hour {hour}")]).await;
            world.until_done(&format!("hour {hour}")).await;
        }
        world.until_done("mail 1").await;
        process.stop().await;
        assert_eq!(sent(world).await, 1, "those that were due when the clock was right again");
    })
    .await;
}

#[tokio::test]
async fn what_a_wrong_clock_put_off_is_not_stuck_when_it_is_set_right() {
    on_both(async |world| {
        let right = world.clock.now();
        world.waits(DAYS * Timestamp::DAY);
        // Started with the wrong clock, the process knows no other.
        let store = world.store.clone();
        let slow = Policy { first: std::time::Duration::from_secs(600), ..QUICK };
        let slow = Policy { longest: slow.first, ..slow };
        let process = world.starts(vec![does("write", slow, move |job| {
            let store = store.clone();
            Box::pin(async move {
                match job.attempt {
                    1 => Err(Failure::again("the first time always fails")),
                    _ => write_once(&store, job).await,
                }
            })
        })]);
        let id = world.asks(NewJob::new("write", &"digest 0").unwrap()).await.unwrap();
        world
            .eventually(async || {
                Some(world.job(id).await).filter(|job| job.attempt == 1 && job.state == State::Waiting)
            })
            .await;
        world.clock.set(right);
        world.asks_for("nobody", numbered(1)).await;
        world.until(id, State::Done).await;
        process.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_clock_set_back_by_three_hours_stops_nothing() {
    on_both(async |world| {
        let process = world.starts(vec![writes(&world.store)]);
        world.asks_for("write", numbered(1)).await;
        world.until_done("digest 0").await;
        let soon = world.clock.now().plus(60 * Timestamp::SECOND);
        let planned = world.asks(NewJob::new("write", &"planned").unwrap().at(soon)).await.unwrap();
        world.waits(-3 * Timestamp::HOUR);
        world.asks_for("write", numbered(2).skip(1)).await;
        world.until_done("digest 1").await;
        assert_eq!(world.job(planned).await.state, State::Waiting);
        for _ in 0..4 {
            world.waits(Timestamp::HOUR);
            world.asks_for("write", ["an hour later".to_owned()]).await;
            world.until_all_ended_but(1).await;
        }
        world.until(planned, State::Done).await;
        process.stop().await;
    })
    .await;
}

#[tokio::test]
async fn leases_hold_whatever_the_clock_does() {
    on_both(async |world| {
        let holding = world.starts(vec![does("hold", QUICK, |_| Box::pin(std::future::pending()))]);
        let id = world.asks(NewJob::new("hold", &()).unwrap()).await.unwrap();
        world.until(id, State::Running).await;
        let watching = world.starts(vec![writes(&world.store), does("hold", QUICK, |_| Box::pin(async { Ok(()) }))]);
        for (number, jump) in
            [DAYS * Timestamp::DAY, -3 * Timestamp::HOUR, -DAYS * Timestamp::DAY].into_iter().enumerate()
        {
            world.waits(jump);
            world.asks_for("write", numbered(number + 1).skip(number)).await;
            world.until_done(&format!("digest {number}")).await;
            let held = world.job(id).await;
            assert_eq!((held.state, held.attempt), (State::Running, 1), "its holder is alive");
        }
        holding.kill().await;
        world.in_time(async || Some(world.job(id).await).filter(|job| job.state == State::Done)).await;
        watching.stop().await;
    })
    .await;
}

impl World {
    async fn until_done(&self, effect: &str) {
        self.eventually(async || self.effects().await.contains_key(effect).then_some(())).await;
    }

    async fn until_all_ended_but(&self, most: usize) {
        let open = async || self.all().await.iter().filter(|job| job.ended_at.is_none()).count();
        self.eventually(async || (open().await <= most).then_some(())).await;
    }
}
