//! Whether somebody who was let in a while ago would still be: for answers that go on for long.

use base::Result;
use sea_orm::entity::prelude::*;
use store::failed;

use crate::{Actor, May, Permits, Team, keys, members, sessions};

impl Team {
    /// Whether the session or the key with which a request was let in still works, and still has the permission. Nothing of
    /// it is cached: a change counts from the next look on.
    pub async fn still_may<P: Permits>(&self, caller: &May<P>) -> Result<bool> {
        let (now, reader) = (self.clock.now(), self.store.read());
        let permissions = match caller.actor() {
            Actor::Person(person) => {
                let lives = match caller.session {
                    Some(session) => sessions::store::is_alive(reader, session, now).await?,
                    None => false,
                };
                let role = members::store::able_role(reader, caller.workspace(), person).await?;
                role.filter(|_| lives).map(|role| role.permissions())
            }
            Actor::Key(key) => {
                let row = keys::api_key::Entity::find()
                    .filter(keys::api_key::Column::Workspace.eq(caller.workspace().0))
                    .filter(keys::api_key::Column::Id.eq(key))
                    .one(reader)
                    .await
                    .map_err(failed)?;
                match row.map(keys::Key::try_from).transpose()?.filter(|key| key.works(now)) {
                    Some(key) => self.permissions_of_key(caller.workspace(), &key).await?,
                    None => None,
                }
            }
            Actor::Operator | Actor::System => return Ok(true),
        };
        Ok(permissions.is_some_and(|permissions| permissions.contains(P::PERMISSION)))
    }
}
