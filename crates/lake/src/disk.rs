//! Local files that survive a power cut: bytes are synced before they get their name, and the folder after.

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result, UploadPart, local::LocalFileSystem,
    path::Path as StorePath,
};
use std::{fmt, fs, io, io::Write, path::Path, sync::Arc};

/// Makes a folder's entries durable: files that were created, renamed or deleted in it.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

/// Makes a folder with all its parents, durably.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let Some(parent) = folder.parent() else { return Ok(()) };
    create_folder(parent)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_folder(parent),
    }
}

/// The local file system as an object store whose puts are durable when they are answered.
///
/// `object_store` never syncs. A commit of the table's log that a power cut leaves empty would make the table
/// unreadable, so here the bytes are synced first, then linked under their name (which fails if it exists), then the
/// folder is synced.
#[derive(Debug)]
pub(crate) struct DurableFiles(LocalFileSystem);

impl DurableFiles {
    /// The whole file system, by absolute paths.
    pub(crate) fn new() -> Self {
        Self(LocalFileSystem::new())
    }

    async fn put_durably(&self, location: &StorePath, payload: PutPayload, mode: PutMode) -> Result<PutResult> {
        let path = self.0.path_to_filesystem(location)?;
        let put = move || put(&path, &payload, &mode);
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => runtime.spawn_blocking(put).await.map_err(|source| Error::JoinError { source })??,
            Err(_) => put()?,
        }
        Ok(PutResult { e_tag: None, version: None })
    }
}

fn put(path: &Path, payload: &PutPayload, mode: &PutMode) -> Result<()> {
    let shown = path.display().to_string();
    let generic = |source: io::Error| Error::Generic { store: "DurableFiles", source: source.into() };
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(generic(io::Error::other(format!("{shown} names no file"))));
    };
    create_folder(folder).map_err(generic)?;
    let draft = folder.join(format!(".{}.{}.tmp", name.to_string_lossy(), uuid::Uuid::new_v4().simple()));
    let write = || {
        let mut file = fs::File::create_new(&draft)?;
        payload.iter().try_for_each(|part| file.write_all(part))?;
        file.sync_all()
    };
    let named = write().and_then(|()| match mode {
        PutMode::Overwrite => fs::rename(&draft, path),
        PutMode::Create => fs::hard_link(&draft, path),
        PutMode::Update(_) => Err(io::ErrorKind::Unsupported.into()),
    });
    if !matches!((mode, &named), (PutMode::Overwrite, Ok(()))) {
        // Only the draft's second name goes; a failure leaves a file that vacuuming removes.
        let _ = fs::remove_file(&draft);
    }
    match named {
        Ok(()) => sync_folder(folder).map_err(generic),
        Err(source) if source.kind() == io::ErrorKind::AlreadyExists => {
            Err(Error::AlreadyExists { path: shown, source: source.into() })
        }
        Err(source) => Err(generic(source)),
    }
}

impl fmt::Display for DurableFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DurableFiles")
    }
}

#[async_trait]
impl ObjectStore for DurableFiles {
    async fn put_opts(&self, location: &StorePath, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.put_durably(location, payload, options.mode).await
    }

    async fn put_multipart_opts(
        &self,
        location: &StorePath,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        Ok(Box::new(Upload { store: Self::new(), location: location.clone(), parts: Vec::new() }))
    }

    async fn get_opts(&self, location: &StorePath, options: GetOptions) -> Result<GetResult> {
        self.0.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<StorePath>>) -> BoxStream<'static, Result<StorePath>> {
        self.0.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&StorePath>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.list(prefix)
    }

    fn list_with_offset(
        &self,
        prefix: Option<&StorePath>,
        offset: &StorePath,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&StorePath>) -> Result<ListResult> {
        self.0.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &StorePath, to: &StorePath, options: CopyOptions) -> Result<()> {
        self.0.copy_opts(from, to, options).await
    }

    async fn rename_opts(&self, from: &StorePath, to: &StorePath, options: RenameOptions) -> Result<()> {
        self.0.rename_opts(from, to, options).await
    }
}

/// An upload in parts: they wait in memory (checkpoints are small) and are put as one when it is complete.
#[derive(Debug)]
struct Upload {
    store: DurableFiles,
    location: StorePath,
    parts: Vec<PutPayload>,
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, part: PutPayload) -> UploadPart {
        self.parts.push(part);
        Box::pin(async { Ok(()) })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let whole = self.parts.drain(..).flatten().collect();
        self.store.put_durably(&self.location, whole, PutMode::Overwrite).await
    }

    async fn abort(&mut self) -> Result<()> {
        self.parts.clear();
        Ok(())
    }
}

/// `DurableFiles` as the table's log wants it.
pub(crate) fn durable_files() -> Arc<dyn ObjectStore> {
    Arc::new(DurableFiles::new())
}
