//! A folder of a command's own, which nobody else can look into and which goes when the command is over.

use std::{
    fs,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use ring::rand::{SecureRandom as _, SystemRandom};

/// The folder; dropping it removes it with everything in it.
#[derive(Debug)]
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// Makes it among the temporary files.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn new(what: &str) -> anyhow::Result<Self> {
        let mut random = [0_u8; 8];
        let filled = SystemRandom::new().fill(&mut random);
        filled.map_err(|_| anyhow::anyhow!("this system gives no random bytes, so no name for a folder can be made"))?;
        let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let dir = std::env::temp_dir().join(format!("forewarn-{what}-{name}"));
        fs::DirBuilder::new().mode(0o700).create(&dir).with_context(|| format!("{} cannot be made", dir.display()))?;
        Ok(Self(dir))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn it_is_private_and_goes() {
        let scratch = Scratch::new("test").unwrap();
        let path = scratch.path().to_owned();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        fs::write(path.join("x"), "x").unwrap();
        drop(scratch);
        assert!(!path.exists());
    }
}
