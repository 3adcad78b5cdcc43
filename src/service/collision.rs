//! Looks for what maintenances take together after one of them changed: the work is bounded by what lies ahead.

use std::sync::atomic::Ordering;

use chrono::{DateTime, Utc};

use crate::{
    desk,
    model::{Keys, Maintenance, MaintenanceId},
    service::Service,
    store::StoreError,
};

impl Service {
    /// Asks staff anew about each maintenance ahead whose redundancy is another than they were told; nothing where no maintenance changed.
    pub(super) async fn collisions(&self) -> Result<(), StoreError> {
        if !self.moved.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        let now = self.clock.now();
        let inventory = self.inventory();
        let ahead: Vec<Maintenance> = self.store.maintenances(now, DateTime::<Utc>::MAX_UTC).await?;
        let known = self.store.known_for(&of(ahead.iter().map(|one| one.id)), now).await?;
        for id in desk::outdated(&inventory, &known.maintenances, &known.drafts, now) {
            loop {
                let known = self.store.known_for(&of(std::iter::once(id)), now).await?;
                let Some(effects) = desk::reconsider(&self.desk(&inventory), &known, id, now) else { break };
                match self.store.commit(None, &effects, now).await {
                    Err(StoreError::Overtaken { .. }) => {}
                    Err(StoreError::Refused(error)) => {
                        tracing::error!(maintenance = id.0, %error, "a collision could not be put to staff");
                        break;
                    }
                    done => {
                        done?;
                        tracing::info!(maintenance = id.0, "redundancy changed; staff are asked anew");
                        break;
                    }
                }
            }
        }
        Ok(())
    }
}

fn of(ids: impl Iterator<Item = MaintenanceId>) -> Keys {
    Keys { maintenances: ids.collect(), ..Keys::default() }
}
