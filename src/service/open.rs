//! Configuration → a service that may start: one process a store, rules and templates that hold, a key, a store that is whole.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock, RwLock, atomic::AtomicBool},
    time::SystemTime,
};

use secrecy::ExposeSecret;

use crate::{
    clock::Clock,
    config::{Config, SecretError, approval_key},
    dns::{Dns, DnsError},
    draft::Templates,
    model::AuthMode,
    rules::RuleSet,
    service::{Service, heart::Heart, reload::Rules, submission::Pace},
    store::{Store, StoreError},
    zones,
};

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process runs on the same store.
    #[error("another forewarn runs on {0}; stop it first, or look with `forewarn status`")]
    Running(PathBuf),
    /// A file or folder could not be read.
    #[error("{0} cannot be read or written: {1}")]
    Io(PathBuf, io::Error),
    /// Rules do not hold.
    #[error("the rules in {0} cannot be used\n{1}")]
    Rules(PathBuf, String),
    /// A folder of rules holds none.
    #[error("{0} holds no rule file (*.toml); `--rules none` uses no rules")]
    NoRules(PathBuf),
    /// Templates do not hold.
    #[error("the templates in {0} cannot be used\n{1}")]
    Templates(PathBuf, String),
    /// The key of the tokens cannot be had.
    #[error(transparent)]
    Key(#[from] SecretError),
    /// No name server is known to ask for keys.
    #[error("[approval] auth needs a name server: {0}")]
    Dns(#[from] DnsError),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OpenError {
    /// Whether it may be otherwise at the next start, without anybody having changed the configuration: a disk that is full, a file that
    /// another process holds.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Store(StoreError::Io(_) | StoreError::Busy | StoreError::Damaged { .. } | StoreError::CannotOpen { .. }))
    }
}

/// Opens everything that a service needs. The lock is held as long as the second value lives.
///
/// # Errors
/// When another process runs on the store, or a part of it does not hold; nothing is changed then.
pub async fn open(config: Config, clock: Clock) -> Result<(Service, File), OpenError> {
    let lock = lock(&config.store)?;
    let store = config.store.clone();
    let service = assembled(config, clock, || Store::open(&store))?;
    tracing::info!(tzdata = service.zones.version(), "forewarn opened its store");
    service.learn().await?;
    service.settle().await?;
    service.store.recover(service.clock.now()).await?;
    service.store.mark_mode(service.config.policy.mode).await?;
    if service.config.policy.auth != AuthMode::TokenOnly && !service.answers_count().await? {
        tracing::warn!("no answer has counted here yet; `forewarn doctor --approver ADDRESS` tries whether one does");
    }
    Ok((service, lock))
}

/// Opens what a command needs that writes into the store beside a running service: it runs no loop and holds no lock.
///
/// # Errors
/// When there is no such store, or a part does not hold.
pub async fn beside(config: Config, clock: Clock) -> Result<Service, OpenError> {
    let store = config.store.clone();
    let service = assembled(config, clock, || Store::open_existing(&store))?;
    service.learn().await?;
    Ok(service)
}

/// Opens what a look back needs: a new store that nobody needs later, and no lock.
///
/// # Errors
/// When the store cannot be made, or a part does not hold.
pub(super) async fn open_passing(config: Config, clock: Clock) -> Result<Service, OpenError> {
    let store = config.store.clone();
    let service = assembled(config, clock, || Store::open_passing(&store))?;
    service.store.mark_mode(service.config.policy.mode).await?;
    Ok(service)
}

fn assembled(config: Config, clock: Clock, store: impl FnOnce() -> Result<Store, StoreError>) -> Result<Service, OpenError> {
    let rules = Arc::new(Rules::open(config.rules_dir.clone())?);
    let templates = templates(config.templates_dir.as_deref())?;
    let key = approval_key(&config.key)?.expose_secret().as_bytes().to_vec();
    let store = store()?;
    let dns = matches!(config.policy.auth, AuthMode::Dkim | AuthMode::M365Internal).then(|| Dns::new(config.name_server)).transpose()?;
    let (heart, pace) = (Heart::default(), Pace::of(&config.outbox));
    let inventory = RwLock::new(Arc::new(config.inventory.clone()));
    let (zones, running_since) = (Arc::new(zones::newest()), OnceLock::new());
    let moved = AtomicBool::new(true);
    Ok(Service {
        config,
        inventory,
        store,
        rules,
        zones,
        templates,
        key,
        clock,
        dns,
        heart,
        moved,
        running_since,
        pace,
        own_windows: RwLock::default(),
    })
}

/// One process a store: an advisory lock beside it, given back by the system when the process ends in whatever way.
fn lock(store: &Path) -> Result<File, OpenError> {
    let path = store.with_extension("lock");
    let fail = |error| OpenError::Io(path.clone(), error);
    let is_new = !path.exists();
    let file = File::options().create(true).write(true).truncate(false).open(&path).map_err(fail)?;
    if is_new {
        // Its time says when the last alarm was raised that no store could keep.
        file.set_modified(SystemTime::UNIX_EPOCH).map_err(fail)?;
    }
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::Running(store.to_owned())),
        Err(TryLockError::Error(error)) => Err(OpenError::Io(path, error)),
    }
}

/// The shipped rules, with those of a folder beside them; a file of the same name replaces the shipped one.
///
/// # Errors
/// When the folder cannot be read or a rule does not hold: every fault, with file and line.
pub fn rules(dir: Option<&Path>) -> Result<RuleSet, OpenError> {
    let Some(dir) = dir else { return Ok(RuleSet::embedded()) };
    let own = files(dir, "toml")?;
    RuleSet::embedded_with(named(&own)).map_err(|faults| OpenError::Rules(dir.to_owned(), lines(&faults)))
}

/// The rules of a folder and no others.
///
/// # Errors
/// When the folder cannot be read, holds no rule file, or a rule does not hold: every fault, with file and line.
pub fn rules_alone(dir: &Path) -> Result<RuleSet, OpenError> {
    let own = files(dir, "toml")?;
    if own.is_empty() {
        return Err(OpenError::NoRules(dir.to_owned()));
    }
    RuleSet::from_files(named(&own)).map_err(|faults| OpenError::Rules(dir.to_owned(), lines(&faults)))
}

fn named(files: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    files.iter().map(|(name, text)| (name.as_str(), text.as_str()))
}

fn lines(faults: &[impl ToString]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The shipped templates, with those of a folder instead.
///
/// # Errors
/// When the folder cannot be read or a template does not hold: every fault.
pub fn templates(dir: Option<&Path>) -> Result<Templates, OpenError> {
    let own = dir.map(|dir| files(dir, "j2")).transpose()?.unwrap_or_default();
    Templates::new(own).map_err(|faults| OpenError::Templates(dir.map(Path::to_owned).unwrap_or_default(), lines(&faults)))
}

/// Name and text of every file of a folder with an ending, in order of name.
fn files(dir: &Path, ending: &str) -> Result<Vec<(String, String)>, OpenError> {
    let fail = |path: &Path| {
        let path = path.to_owned();
        move |error| OpenError::Io(path, error)
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(fail(dir))? {
        let path = entry.map_err(fail(dir))?.path();
        if path.extension().is_some_and(|extension| extension == ending) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            found.push((name, fs::read_to_string(&path).map_err(fail(&path))?));
        }
    }
    found.sort();
    Ok(found)
}
