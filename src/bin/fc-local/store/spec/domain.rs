//! A custom domain and its routes.

use serde::{Deserialize, Serialize};

use super::fields::{Fields, Spec};
use super::lists;
use super::rewrite::Rewrite;
use crate::name::FunctionName;

/// The path of a route that names none.
const EVERY_PATH: &str = "/*";

/// The fields of a custom domain.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct DomainSpec {
    route_config: Option<RouteConfig>,
    #[serde(flatten)]
    rest: Fields,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct RouteConfig {
    routes: Option<Vec<Route>>,
    #[serde(flatten)]
    rest: Fields,
}

/// Where requests of a path go.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Route {
    path: Option<String>,
    service_name: Option<Text>,
    function_name: Option<Text>,
    qualifier: Option<String>,
    methods: Option<Vec<String>>,
    rewrite_config: Option<Rewrite>,
    #[serde(flatten)]
    rest: Fields,
}

/// A name, or what `fun deploy` sends after `fun package` has put a reference of ROS in its place,
/// `{"Fn::GetAtt": […]}`: nothing resolves that, so the route leads to no function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a string")]
enum Text {
    Name(String),
    Reference(Fields),
}

impl DomainSpec {
    pub(crate) fn routes(&self) -> &[Route] {
        let config = self.route_config.as_ref();
        let routes = config.and_then(|config| config.routes.as_deref());
        routes.unwrap_or_default()
    }

    /// The route that a request takes: the most exact one for its path that has its method.
    pub(crate) fn route(&self, method: &str, path: &str) -> Result<&Route, NoRoute> {
        let fitting = || self.routes().iter().filter(|route| route.fits(path));
        let open = fitting().filter(|route| route.allows(method));
        let best = open.max_by_key(|route| route.path().len());
        best.ok_or(match fitting().next() {
            Some(_) => NoRoute::Method,
            None => NoRoute::Path,
        })
    }
}

/// Why a request takes no route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoRoute {
    Path,
    /// Routes fit the path, and none has the method.
    Method,
}

impl Route {
    pub(crate) fn path(&self) -> &str {
        self.path.as_deref().unwrap_or(EVERY_PATH)
    }

    /// The function that gets the requests, by the version or alias that does.
    pub(crate) fn function(&self) -> FunctionName {
        let function = name_of(&self.function_name).unwrap_or_default();
        let qualifier = self.qualifier.as_deref().unwrap_or_default();
        FunctionName::of(name_of(&self.service_name), function).at(qualifier)
    }

    /// Whether it names a function at all: a reference that nothing resolves names none.
    pub(crate) fn is_resolved(&self) -> bool {
        let names = [&self.service_name, &self.function_name];
        !names
            .iter()
            .any(|name| matches!(name, Some(Text::Reference(_))))
    }

    /// What the function sees of a path and query.
    pub(crate) fn rewritten(&self, path: &str, query: Option<&str>) -> Option<String> {
        let rewrite = self.rewrite_config.as_ref()?;
        Some(rewrite.rewritten(path, query))
    }

    /// Without methods it has all.
    fn allows(&self, method: &str) -> bool {
        let methods = self.methods.as_ref().filter(|methods| !methods.is_empty());
        methods.is_none_or(|methods| methods.iter().any(|allowed| allowed == method))
    }

    /// `/*` and `/a/*` fit by prefix, anything else as a whole.
    fn fits(&self, path: &str) -> bool {
        match self.path().strip_suffix('*') {
            Some(prefix) => path.starts_with(prefix) || path == prefix.trim_end_matches('/'),
            None => path == self.path(),
        }
    }
}

fn name_of(text: &Option<Text>) -> Option<&str> {
    match text {
        Some(Text::Name(name)) => Some(name),
        Some(Text::Reference(_)) | None => None,
    }
}

impl Spec for DomainSpec {
    const KIND: &'static str = "a custom domain";
    const UNPLAYED: &'static [&'static str] = lists::DOMAIN;

    fn rest(&self) -> &Fields {
        &self.rest
    }

    fn check(&self) -> Result<(), String> {
        let mut rules = self
            .routes()
            .iter()
            .filter_map(|route| route.rewrite_config.as_ref());
        rules.try_for_each(Rewrite::check)
    }
}

#[cfg(test)]
mod tests {
    use super::Route;

    fn route_fits(pattern: &str, path: &str) -> bool {
        let route = Route {
            path: Some(pattern.to_owned()),
            ..Route::default()
        };
        route.fits(path)
    }

    #[test]
    fn routes_match_whole_paths_or_prefixes() {
        assert!(
            route_fits("/*", "/any/path") && route_fits("/a/*", "/a/b") && route_fits("/a/*", "/a")
        );
        assert!(route_fits("/a", "/a") && !route_fits("/a", "/a/b") && !route_fits("/a/*", "/ab"));
    }
}
