//! Lists of functions: those of a service or of FC 3.0 that fit what is asked for.

use std::sync::Arc;

use axum::extract::{Extension, State};
use serde_json::Value;

use super::view::function_view;
use crate::api::app::App;
use crate::api::asked::Asked;
use crate::api::error::ApiError;
use crate::api::lookup;
use crate::api::paths::Service;
use crate::api::result::{ApiResult, found, page};
use crate::api::tags::{Tag, json_parameter};

/// `GET` of the functions.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Service(service): Service,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let state = app.store.snapshot();
    if let Some(service) = &service {
        lookup::service(&state, service)?;
    }
    let filter = Filter::of(&asked)?;
    let items = state.functions_of(service.as_deref());
    let items = items.map(|(name, record)| {
        let view = function_view(&app.owner, name, record.latest());
        (name.function(), view)
    });
    let items = items.filter(|(_, view)| filter.takes(view));
    found(page("functions", items, &asked))
}

/// The fields of FC 3.0 by which a list is narrowed down, with what they have to be.
const FIELDS: [&str; 3] = ["runtime", "description", "functionName"];

/// What a list of FC 3.0 may be narrowed down to.
#[derive(Debug)]
struct Filter {
    fields: Vec<(&'static str, String)>,
    tags: Vec<Tag>,
    /// Functions of FC 2.0 are asked for, which have services and are not in this list.
    none: bool,
}

impl Filter {
    fn of(asked: &Asked) -> Result<Self, ApiError> {
        let fields = FIELDS.map(|field| (field, asked.parameter(field)));
        let none = match asked.parameter("fcVersion").as_str() {
            "" | "v3" => false,
            "v2" => true,
            other => {
                let message = format!("fcVersion '{other}' is neither v2 nor v3");
                return Err(ApiError::invalid(message));
            }
        };
        let given = fields.into_iter().filter(|(_, wanted)| !wanted.is_empty());
        Ok(Self {
            fields: given.collect(),
            tags: json_parameter(asked, "tags")?,
            none,
        })
    }

    fn takes(&self, function: &Value) -> bool {
        let mut fields = self.fields.iter();
        let fits = fields.all(|(field, wanted)| function[field] == **wanted);
        fits && !self.none && self.tags.iter().all(|tag| tag.is_of(function))
    }
}
