//! What this device remembers in IndexedDB: commands that wait for their answer, the last replies seen, forms that are
//! not saved yet. One database per workspace and user, so that whoever signs in next never sends or sees another one's.
//!
//! Values are JSON texts: readable by every later build, whatever it makes of them.

use std::cell::RefCell;
use std::rc::Rc;

use idb::{Database, DatabaseEvent as _, Factory, ObjectStoreParams, Query, TransactionMode};
use wasm_bindgen::JsValue;

const OUTBOX: &str = "outbox";
const SEEN: &str = "seen";
const DRAFTS: &str = "drafts";
const VERSION: u32 = 2;

/// A place to remember in. Without one (some private windows refuse it) the app works and forgets.
#[derive(Clone)]
pub struct Store {
    database: Rc<Database>,
}

thread_local! {
    static CURRENT: RefCell<Option<Store>> = const { RefCell::new(None) };
}

/// The database of whoever is signed in.
pub fn current() -> Option<Store> {
    CURRENT.with_borrow(Clone::clone)
}

pub fn forget_current() {
    CURRENT.set(None);
}

/// Opens the database named after workspace and user and makes it the current one.
pub async fn open(name: &str) -> Result<Store, idb::Error> {
    let mut request = Factory::new()?.open(&format!("zhike.{name}"), Some(VERSION))?;
    request.on_upgrade_needed(|event| {
        let Ok(database) = event.database() else { return };
        for name in [OUTBOX, SEEN, DRAFTS] {
            // It fails only for a store that is there already.
            let _ = database.create_object_store(name, ObjectStoreParams::new());
        }
    });
    let store = Store { database: Rc::new(request.await?) };
    CURRENT.set(Some(store.clone()));
    Ok(store)
}

impl Store {
    async fn put(&self, store: &str, key: &str, text: &str) -> Result<(), idb::Error> {
        let transaction = self.database.transaction(&[store], TransactionMode::ReadWrite)?;
        transaction
            .object_store(store)?
            .put(&JsValue::from_str(text), Some(&JsValue::from_str(key)))?
            .await?;
        // Only the end of the transaction says that it is kept.
        transaction.commit()?.await?;
        Ok(())
    }

    async fn get(&self, store: &str, key: &str) -> Option<String> {
        let transaction = self.database.transaction(&[store], TransactionMode::ReadOnly).ok()?;
        let request = transaction.object_store(store).ok()?.get(Query::Key(JsValue::from_str(key))).ok()?;
        request.await.ok()??.as_string()
    }

    async fn delete(&self, store: &str, key: &str) -> Result<(), idb::Error> {
        let transaction = self.database.transaction(&[store], TransactionMode::ReadWrite)?;
        transaction.object_store(store)?.delete(Query::Key(JsValue::from_str(key)))?.await?;
        transaction.commit()?.await?;
        Ok(())
    }

    pub async fn put_command(&self, key: &str, text: &str) -> Result<(), idb::Error> {
        self.put(OUTBOX, key, text).await
    }

    pub async fn delete_command(&self, key: &str) -> Result<(), idb::Error> {
        self.delete(OUTBOX, key).await
    }

    /// Every waiting command, in the order of their keys.
    pub async fn commands(&self) -> Result<Vec<String>, idb::Error> {
        let transaction = self.database.transaction(&[OUTBOX], TransactionMode::ReadOnly)?;
        let all = transaction.object_store(OUTBOX)?.get_all(None, None)?.await?;
        Ok(all.into_iter().filter_map(|text| text.as_string()).collect())
    }

    pub async fn remember(&self, address: &str, text: &str) {
        // Remembering what was seen is a comfort; a full disk must not stop the work.
        let _ = self.put(SEEN, address, text).await;
    }

    pub async fn seen(&self, address: &str) -> Option<String> {
        self.get(SEEN, address).await
    }

    pub async fn forget(&self, address: &str) {
        let _ = self.delete(SEEN, address).await;
    }

    pub async fn keep_draft(&self, key: &str, text: &str) -> Result<(), idb::Error> {
        self.put(DRAFTS, key, text).await
    }

    pub async fn forget_draft(&self, key: &str) -> Result<(), idb::Error> {
        self.delete(DRAFTS, key).await
    }

    pub async fn draft(&self, key: &str) -> Option<String> {
        self.get(DRAFTS, key).await
    }
}
