//! What the template of the folder says of the function under check.
//!
//! It must not know what a row does with it.

use std::path::{Path, PathBuf};

use super::args::CheckArgs;
use crate::function::Owner;
use crate::project::template::{self, Template};
use crate::store::spec::{FunctionSpec, Spec};

/// How many calls the instance gets at once, and the template that says so; nothing if the command line does, or no function
/// of the template has this code.
pub(super) fn concurrency(args: &CheckArgs) -> Option<(u32, PathBuf)> {
    let file = template::find(Path::new(""));
    if args.concurrency.is_some() || !file.is_file() {
        return None;
    }
    // One that cannot be read says nothing here: `fc-local start` says what is wrong with it.
    let template = Template::read(&file).ok()?;
    let here = |place: &Path| {
        let own = template.functions();
        own.filter(|(_, function)| function.lies_at(place))
            .filter_map(|(name, function)| {
                let spec = FunctionSpec::read(function.spec.clone()).ok()?;
                Some(spec.function(&name, &Owner::default(), None).concurrency)
            })
            .max()
    };
    let of_program = args.program();
    let of_program = of_program.as_deref().and_then(Path::parent);
    let found = of_program.and_then(here).or_else(|| here(&args.dir))?;
    Some((found, file))
}
