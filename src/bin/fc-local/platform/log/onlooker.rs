//! Where the lines of instances go while they are written.
//!
//! It must not know what a line means.

use std::fmt;
use std::sync::Arc;

use crate::name::FunctionName;

/// Where every line of an instance goes, besides the tails: whole lines, as many as have come at once.
pub(crate) type LineSink = Arc<dyn Fn(&[u8]) + Send + Sync>;

/// Sees every line of every function, as many as have come at once, with the function's name.
#[derive(Clone)]
pub(crate) struct Onlooker(Arc<See>);

type See = dyn Fn(&FunctionName, &[u8]) + Send + Sync;

impl Onlooker {
    pub(crate) fn new(see: impl Fn(&FunctionName, &[u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(see))
    }

    /// A sink that hands on to another one what this has seen.
    pub(crate) fn before(&self, name: &FunctionName, next: LineSink) -> LineSink {
        let (see, name) = (Arc::clone(&self.0), name.clone());
        Arc::new(move |lines| {
            see(&name, lines);
            next(lines);
        })
    }
}

impl fmt::Debug for Onlooker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Onlooker")
    }
}
