//! A whole s.yaml with its expressions replaced: `vars`, `template`, `extend`, and each resource in the order of the file.
//!
//! It must not know what a component does with its resource.

use std::path::{Path, PathBuf};

use super::dotenv::Variables;
use super::evaluate::{Scope, THIS, compile, fill, message};
use super::value::{Entries, get, put, take, text_of};
use crate::project::yaml::Yaml;

/// The edition of the syntax that is read.
const EDITION: &str = "3.0.0";

const RESOURCES: &str = "resources";
const PROPS: &str = "props";

/// A resource of the file, without an expression.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) name: String,
    pub(super) component: String,
    pub(super) props: Yaml,
}

/// What a file and all that it extends describe; `load` reads a file.
///
/// # Errors
///
/// A sentence that names the place.
pub(super) fn resources(
    file: &Path,
    content: Yaml,
    load: impl Fn(&Path) -> Result<Yaml, String>,
) -> Result<Vec<Resource>, String> {
    let mut content = mapping(content)?;
    let mut variables = Variables::of_process();
    if let Some(Yaml::Text(base)) = get(&content, "extend").cloned() {
        let base_file = folder_of(file).join(&base);
        let base_content = load(&base_file).and_then(mapping);
        let of_base = |why: String| format!("extend: {base}: {why}");
        let base_content = base_content.map_err(of_base)?;
        content = extended((file, content), (&base_file, base_content), &variables)?;
    }
    check_edition(&content)?;
    for code in code_folders(&content) {
        variables.add_file_of(&code)?;
    }
    variables.add_file_of(folder_of(file))?;
    let (_, resources) = resolve(content, folder_of(file), &variables)?;
    Ok(resources)
}

fn mapping(content: Yaml) -> Result<Entries, String> {
    match content {
        Yaml::Map(content) => Ok(content),
        Yaml::Null => Err("it is empty".to_owned()),
        _ => Err("it is not a mapping; it begins with `edition: 3.0.0`".to_owned()),
    }
}

fn check_edition(content: &Entries) -> Result<(), String> {
    let edition = get(content, "edition").map(text_of).unwrap_or_default();
    if edition == EDITION {
        return Ok(());
    }
    Err(format!(
        "its edition is '{edition}', where fc-local reads {EDITION}; `s cli fc3 s2tos3` converts an older file"
    ))
}

/// The file over the one that it extends: both are resolved with the variables of both, then the resources are laid over
/// each other.
fn extended(
    (file, mut content): (&Path, Entries),
    (base_file, mut base): (&Path, Entries),
    variables: &Variables,
) -> Result<Entries, String> {
    let base_resources = take(&mut base, RESOURCES);
    let resources = take(&mut content, RESOURCES);
    let rest = laid_over(base, content);
    let resolved = |resources: Option<Yaml>, file: &Path| {
        let mut content = rest.clone();
        put(
            &mut content,
            RESOURCES,
            resources.unwrap_or(Yaml::Map(Vec::new())),
        );
        resolve(content, folder_of(file), variables).map(|(content, _)| content)
    };
    let base = resolved(base_resources, base_file)?;
    Ok(laid_over(base, resolved(resources, file)?))
}

/// The folders that may have their own `.env`.
fn code_folders(content: &Entries) -> Vec<PathBuf> {
    let resources = get(content, RESOURCES).into_iter().flat_map(Yaml::entries);
    let codes = resources.filter_map(|(_, resource)| {
        let code = resource.get("props")?.get("code")?.as_text()?;
        Some(PathBuf::from(code))
    });
    codes.collect()
}

/// Resolves everything but the resources, then these one by one; each sees those before it without expressions.
fn resolve(
    mut content: Entries,
    folder: &Path,
    variables: &Variables,
) -> Result<(Entries, Vec<Resource>), String> {
    let Some(Yaml::Map(mut resources)) = take(&mut content, RESOURCES) else {
        return Err("it has no resources, so there is nothing to run".to_owned());
    };
    let mut scope = Scope {
        folder,
        variables,
        names: common(&content, folder),
    };
    for (key, value) in content.clone() {
        let filled = fill(&value, &scope).map_err(|why| message(&key, &why))?;
        put(&mut content, &key, filled);
    }
    scope.names = common(&content, folder);
    let names: Vec<String> = resources.iter().map(|(name, _)| name.clone()).collect();
    let mut found = Vec::new();
    for name in names {
        let resource = one(&name, &content, &mut resources, &scope)
            .map_err(|why| message(&format!("{RESOURCES}.{name}"), &why))?;
        found.push(resource);
    }
    put(&mut content, RESOURCES, Yaml::Map(resources));
    Ok((content, found))
}

/// The names that every expression may use.
fn common(content: &Entries, folder: &Path) -> Entries {
    let folder = Yaml::Text(folder.to_string_lossy().into_owned());
    let vars = get(content, "vars").cloned().unwrap_or(Yaml::Null);
    vec![("cwd".to_owned(), folder), ("vars".to_owned(), vars)]
}

/// Resolves one resource, and puts it among the others.
fn one(
    name: &str,
    content: &Entries,
    resources: &mut Entries,
    common: &Scope<'_>,
) -> Result<Resource, String> {
    let Some(Yaml::Map(mut resource)) = get(resources, name).cloned() else {
        return Err("it is not a mapping".to_owned());
    };
    let component = get(&resource, "component").map(text_of).unwrap_or_default();
    let component = text_of(&compile(&component, common)?);
    let template = template_of(&resource, content, common)?;
    let props = match take(&mut resource, PROPS) {
        Some(Yaml::Map(own)) => laid_over(template, own),
        None | Some(Yaml::Null) => template,
        Some(_) => return Err("its props are not a mapping".to_owned()),
    };
    put(&mut resource, PROPS, Yaml::Map(props.clone()));
    put(resources, name, Yaml::Map(resource.clone()));
    let mut scope = common.clone();
    put(&mut scope.names, RESOURCES, Yaml::Map(resources.clone()));
    let mut this = vec![
        ("name".to_owned(), Yaml::Text(name.to_owned())),
        (
            "access".to_owned(),
            get(content, "access").cloned().unwrap_or(Yaml::Null),
        ),
        ("component".to_owned(), Yaml::Text(component.clone())),
    ];
    this = laid_over(this, resource);
    put(&mut scope.names, THIS, Yaml::Map(this.clone()));
    // What `this` names is filled in once before, so that a value may name another that has an expression.
    let filled = fill(&Yaml::Map(props.clone()), &scope)?;
    put(&mut this, PROPS, filled);
    put(&mut scope.names, THIS, Yaml::Map(this));
    let props = fill(&Yaml::Map(props), &scope)?;
    let mut resource = mapping(get(resources, name).cloned().unwrap_or(Yaml::Null))?;
    put(&mut resource, PROPS, props.clone());
    put(resources, name, Yaml::Map(resource));
    Ok(Resource {
        name: name.to_owned(),
        component,
        props,
    })
}

/// What a resource takes from a `template` of the file: `extend: {name: …, ignore: […]}`.
fn template_of(
    resource: &Entries,
    content: &Entries,
    scope: &Scope<'_>,
) -> Result<Entries, String> {
    let Some(extend) = get(resource, "extend") else {
        return Ok(Entries::new());
    };
    let name = extend.get("name").map(text_of).unwrap_or_default();
    let template = get(content, "template").and_then(|all| all.get(&name));
    let Some(Yaml::Map(mut template)) = template.cloned() else {
        return Err(format!("extend: there is no template {name}"));
    };
    if let Some(Yaml::List(ignored)) = extend.get("ignore") {
        ignored
            .iter()
            .for_each(|key| remove(&mut template, &text_of(key)));
    }
    fill(&Yaml::Map(template), scope).and_then(mapping)
}

/// Removes what lies at a path of keys.
fn remove(entries: &mut Entries, path: &str) {
    if take(entries, path).is_some() {
        return;
    }
    let Some((key, rest)) = path.split_once('.') else {
        return;
    };
    if let Some((_, Yaml::Map(inner))) = entries.iter_mut().find(|(name, _)| name == key) {
        remove(inner, rest);
    }
}

/// The second mapping over the first: mappings are joined, all else is replaced.
fn laid_over(mut base: Entries, over: Entries) -> Entries {
    for (key, above) in over {
        let value = match (take_value(&mut base, &key), above) {
            (Some(Yaml::Map(below)), Yaml::Map(above)) => Yaml::Map(laid_over(below, above)),
            (_, above) => above,
        };
        put(&mut base, &key, value);
    }
    base
}

/// The value of a key, which keeps its place.
fn take_value(entries: &mut Entries, key: &str) -> Option<Yaml> {
    let (_, value) = entries.iter_mut().find(|(name, _)| name == key)?;
    Some(std::mem::replace(value, Yaml::Null))
}

fn folder_of(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}
