//! Who it was: identities, traits and undoable merges.
