//! Looking a function up for a call: its description, its code, its version.

use std::sync::Arc;

use crate::api::App;
use crate::api::error::ApiError;
use crate::api::{resources, spec};
use crate::function::Generation;
use crate::platform::cold::{CodeSource, Scratch};
use crate::platform::pool::Deployed;
use crate::store::function_key;

/// The function as it is deployed now; an empty service means FC 3.0.
pub(crate) fn deployed(app: &App, service: &str, name: &str) -> Result<Deployed, ApiError> {
    let state = app.store.snapshot();
    let record = resources::find_function(&state, service, name)?;
    let (generation, owner) = match service {
        "" => (Generation::Fc3, None),
        service => (
            Generation::Fc2,
            Some(resources::find_service(&state, service)?),
        ),
    };
    let service_spec = owner.map(|owner| (service, &owner.spec));
    let mut function = spec::function(
        generation,
        &app.owner,
        service_spec,
        name,
        &record.resource.spec,
    )?;
    function.code_checksum.clone_from(&record.code.sha256);
    let service_revision = owner.map_or(0, |owner| owner.revision);
    Ok(Deployed {
        key: function_key(service, name),
        // The id tells a function from an earlier one of the same name.
        revision: format!(
            "{}-{service_revision}-{}",
            record.resource.id, record.resource.revision
        ),
        function: Arc::new(function),
        source: CodeSource::Zip {
            file: app.store.code_path(&record.code),
            scratch: Scratch::Kept(app.store.path("scratch")),
        },
    })
}
