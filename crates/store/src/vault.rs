//! Secrets at rest: sealed under a master key that lies in a file of its own, never in the database.

use base::{Error, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};
use secrecy::{ExposeSecret, SecretBox, SecretString, zeroize::Zeroize};
use sha2::{Digest, Sha256};
use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Write},
    iter,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::Arc,
};

use crate::read_secret;

/// Seals secrets that have to be read again, such as the secret of a webhook: XChaCha20-Poly1305 under the master key.
///
/// What is sealed says which key it was sealed by, so that keys can be changed: the newest one seals, the older ones
/// still unseal. Cheap to clone; what it prints of itself holds no secret.
#[derive(Clone, Debug)]
pub struct Vault(Arc<Keys>);

#[derive(Debug)]
struct Keys {
    newest: MasterKey,
    older: Vec<MasterKey>,
}

#[derive(Debug)]
struct MasterKey {
    id: [u8; ID],
    key: SecretBox<[u8; KEY]>,
}

/// The first byte of everything that is sealed, and how it goes on: key id, nonce, ciphertext with its tag.
const FORMAT: u8 = 1;
const ID: usize = 4;
const NONCE: usize = 24;
const KEY: usize = 32;
/// 32 random bytes hold about 30 different values; fewer than half as many were typed by a person.
const FEWEST_VALUES: usize = 16;
const NAME: &str = "master.key";

impl Vault {
    /// The vault of a data folder: the keys in its `master.key`, which is made at the first start.
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join(NAME);
        if !path.exists() {
            make(folder, &path).map_err(|error| {
                Error::invalid(format!("the master key {} cannot be made: {error}", path.display()))
            })?;
        }
        Self::read(&path)
    }

    /// The vault of the keys in a file: each on a line, 32 random bytes in base64, the newest last.
    pub fn read(path: &Path) -> Result<Self> {
        let weak = |why: &str| Error::invalid(format!("the master key in {} is not used: {why}", path.display()));
        let text = read_secret(path, "the master key")?;
        let lines = text.expose_secret().lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut older = lines.map(MasterKey::read).collect::<Result<Vec<_>, _>>().map_err(weak)?;
        let newest = older.pop().ok_or_else(|| weak("the file holds no key"))?;
        Ok(Self(Arc::new(Keys { newest, older })))
    }

    /// Seals a secret for one purpose, such as `webhook`; it is unsealed for that purpose alone.
    pub fn seal(&self, purpose: &str, secret: &[u8]) -> Vec<u8> {
        let newest = &self.0.newest;
        let nonce: [u8; NONCE] = rand::random();
        let mut sealed = header(newest.id);
        let aad = associated(&sealed, purpose);
        sealed.extend(nonce);
        let ciphertext = newest.cipher().encrypt(&nonce.into(), Payload { msg: secret, aad: &aad });
        sealed.extend(ciphertext.expect("the cipher's one limit is 256 GiB"));
        sealed
    }

    /// The secret that was sealed for this purpose. It is an error when anything about it was changed.
    pub fn unseal(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let damaged =
            || Error::internal(format!("what was sealed for '{purpose}' is damaged or was sealed for another"));
        let (header, rest) = sealed.split_at_checked(1 + ID).ok_or_else(damaged)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>().ok_or_else(damaged)?;
        if header[0] != FORMAT {
            return Err(damaged());
        }
        let mut keys = iter::once(&self.0.newest).chain(&self.0.older);
        let by = keys.find(|key| key.id == header[1..]).ok_or_else(|| {
            let id = u32::from_be_bytes([header[1], header[2], header[3], header[4]]);
            Error::internal(format!("what was sealed for '{purpose}' needs the master key {id:08x}, which is not here"))
        })?;
        let aad = associated(header, purpose);
        by.cipher().decrypt(&(*nonce).into(), Payload { msg: ciphertext, aad: &aad }).map_err(|_| damaged())
    }
}

impl MasterKey {
    fn read(line: &str) -> Result<Self, &'static str> {
        let mut bytes = BASE64_STANDARD.decode(line).map_err(|_| "a line of it is not base64")?;
        let key = <[u8; KEY]>::try_from(bytes.as_slice());
        bytes.zeroize();
        let key = SecretBox::new(Box::new(key.map_err(|_| "a key has 32 bytes")?));
        let mut values = key.expose_secret().to_vec();
        values.sort_unstable();
        values.dedup();
        let different = values.len();
        values.zeroize();
        if different < FEWEST_VALUES {
            return Err("it is not random; make one with `head -c 32 /dev/urandom | base64`");
        }
        let hash = Sha256::new_with_prefix("harken master key").chain_update(key.expose_secret()).finalize();
        Ok(Self { id: [hash[0], hash[1], hash[2], hash[3]], key })
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.key.expose_secret().into())
    }
}

fn header(id: [u8; ID]) -> Vec<u8> {
    let mut header = vec![FORMAT];
    header.extend(id);
    header
}

/// What is not secret and yet must not be changed.
fn associated(header: &[u8], purpose: &str) -> Vec<u8> {
    [header, purpose.as_bytes()].concat()
}

/// Makes a key. Of two processes that do at once, the first one's stays: a link never replaces a file.
fn make(folder: &Path, path: &Path) -> std::io::Result<()> {
    let key = SecretBox::new(Box::new(rand::random::<[u8; KEY]>()));
    let line = SecretString::from(BASE64_STANDARD.encode(key.expose_secret()));
    let draft = folder.join(format!("{NAME}.{}", std::process::id()));
    let written = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        writeln!(file, "{}", line.expose_secret())?;
        file.sync_all()?;
        match std::fs::hard_link(&draft, path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => File::open(folder)?.sync_all(),
        }
    };
    let written = written();
    std::fs::remove_file(&draft)?;
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{
        fs::Permissions,
        os::unix::fs::{MetadataExt, PermissionsExt},
    };
    use tempfile::TempDir;

    fn vault() -> Vault {
        Vault::open(TempDir::new().unwrap().path()).unwrap()
    }

    fn write(folder: &TempDir, text: &str) -> std::path::PathBuf {
        let path = folder.path().join(NAME);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        path
    }

    fn random_line() -> String {
        BASE64_STANDARD.encode(rand::random::<[u8; KEY]>())
    }

    #[test]
    fn the_first_start_makes_a_key_for_its_owner_alone_and_the_next_one_reads_it() {
        let folder = TempDir::new().unwrap();
        let sealed = Vault::open(folder.path()).unwrap().seal("webhook", b"whsec");
        assert_eq!(Vault::open(folder.path()).unwrap().unseal("webhook", &sealed).unwrap(), b"whsec");
        let mode = std::fs::metadata(folder.path().join(NAME)).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn of_many_that_start_at_once_all_use_one_key() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(NAME);
        let first = make(folder.path(), &path).and_then(|()| std::fs::read(&path)).unwrap();
        make(folder.path(), &path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), first);
    }

    #[test]
    fn a_weak_key_is_refused_in_one_line() {
        let folder = TempDir::new().unwrap();
        let typed = BASE64_STANDARD.encode("passwordpasswordpasswordpassword");
        for (text, why) in [
            (String::new(), "holds no key"),
            ("# only a remark\n".into(), "holds no key"),
            ("correct horse battery staple".into(), "not base64"),
            (BASE64_STANDARD.encode([7; 16]), "has 32 bytes"),
            (BASE64_STANDARD.encode([0; 32]), "not random"),
            (typed, "not random"),
            (format!("{}\n{}", random_line(), BASE64_STANDARD.encode([255; 32])), "not random"),
        ] {
            let error = Vault::read(&write(&folder, &text)).unwrap_err();
            assert!(error.message.contains(why) && !error.message.contains('\n'), "{error}");
            assert!(text.is_empty() || !error.message.contains(&text), "{error}");
        }
        let path = write(&folder, &random_line());
        for mode in [0o640, 0o604, 0o620, 0o602, 0o644] {
            std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert!(Vault::read(&path).unwrap_err().message.contains("chmod 600"));
        }
        assert!(Vault::read(&folder.path().join("none")).is_err());
    }

    #[test]
    fn after_a_rotation_the_newest_key_seals_and_the_old_ones_still_unseal() {
        let folder = TempDir::new().unwrap();
        let (old, new) = (random_line(), random_line());
        let before = Vault::read(&write(&folder, &old)).unwrap();
        let sealed_before = before.seal("totp", b"seed");
        let both = Vault::read(&write(&folder, &format!("{old}\n# since June\n{new}\n"))).unwrap();
        assert_eq!(both.unseal("totp", &sealed_before).unwrap(), b"seed");
        let sealed_after = both.seal("totp", b"seed");
        assert!(before.unseal("totp", &sealed_after).unwrap_err().message.contains("is not here"));
        let after = Vault::read(&write(&folder, &new)).unwrap();
        assert_eq!(after.unseal("totp", &sealed_after).unwrap(), b"seed");
        assert!(after.unseal("totp", &sealed_before).unwrap_err().message.contains("is not here"));
    }

    #[test]
    fn a_vault_prints_no_key() {
        let folder = TempDir::new().unwrap();
        let key = rand::random::<[u8; KEY]>();
        let vault = Vault::read(&write(&folder, &BASE64_STANDARD.encode(key))).unwrap();
        let printed = format!("{vault:?}");
        assert!(printed.contains("REDACTED"));
        assert!(!printed.contains(&format!("{key:?}")) && !printed.contains(&BASE64_STANDARD.encode(key)));
    }

    proptest! {
        #[test]
        fn what_is_sealed_is_unsealed_for_its_purpose_alone(secret: Vec<u8>, purpose in "[a-z]{0,8}", other in "[a-z]{0,8}") {
            let vault = vault();
            let sealed = vault.seal(&purpose, &secret);
            prop_assert_eq!(&vault.unseal(&purpose, &sealed).unwrap(), &secret);
            prop_assert_ne!(&vault.seal(&purpose, &secret), &sealed, "a nonce is used once");
            prop_assert!(purpose == other || vault.unseal(&other, &sealed).is_err());
        }

        #[test]
        fn whoever_changes_a_bit_or_cuts_it_off_gets_nothing(secret: Vec<u8>, bit: prop::sample::Index, cut: prop::sample::Index) {
            let vault = vault();
            let sealed = vault.seal("totp", &secret);
            let mut flipped = sealed.clone();
            let bit = bit.index(sealed.len() * 8);
            flipped[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(vault.unseal("totp", &flipped).is_err());
            prop_assert!(vault.unseal("totp", &sealed[..cut.index(sealed.len())]).is_err());
        }
    }
}
