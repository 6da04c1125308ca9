//! Reading the log in order, and what is pruned from it.

use signals::Tail;
use testkit::{World, on_both, says};

async fn log(world: &World, count: usize) {
    let drafts = (0..count).map(|_| says("page_viewed").into()).collect();
    world.signals.log(&world.scope, drafts).await.unwrap();
}

#[tokio::test]
async fn the_tail_says_when_part_of_it_has_moved_away() {
    on_both(async |world| {
        log(world, 10).await;
        world.signals.prune(&world.scope, 4).await.unwrap();
        let tail = async |after| world.signals.tail(&world.scope, after).await.unwrap();
        assert!(matches!(tail(3).await, Tail::Pruned));
        let Tail::Signals(rest) = tail(4).await else { panic!("everything after 4 is there") };
        assert_eq!(rest.iter().map(|stored| stored.signal.seq).collect::<Vec<_>>(), [5, 6, 7, 8, 9, 10]);
        assert_eq!(world.signals.head().await.unwrap(), 10);
        assert_eq!(world.signals.held(&world.scope).await.unwrap(), 6);
    })
    .await;
}

#[tokio::test]
async fn pruning_twice_or_backwards_changes_nothing() {
    on_both(async |world| {
        log(world, 5).await;
        assert_eq!(world.signals.prune(&world.scope, 3).await.unwrap(), 3);
        assert_eq!(world.signals.prune(&world.scope, 3).await.unwrap(), 0);
        assert_eq!(world.signals.prune(&world.scope, 2).await.unwrap(), 0);
        assert!(matches!(world.signals.tail(&world.scope, 2).await.unwrap(), Tail::Pruned));
        assert!(matches!(world.signals.tail(&world.scope, 3).await.unwrap(), Tail::Signals(_)));
    })
    .await;
}

#[tokio::test]
async fn a_page_of_the_log_begins_where_the_last_one_ended() {
    on_both(async |world| {
        log(world, 7).await;
        let (mut after, mut seen) = (0, Vec::new());
        loop {
            let page = world.signals.after(&world.scope, after, 3).await.unwrap();
            let Some(last) = page.last() else { break };
            after = last.seq;
            seen.extend(page.iter().map(|signal| signal.seq));
        }
        assert_eq!(seen, (1..=7).collect::<Vec<_>>());
    })
    .await;
}
