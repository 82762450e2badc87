//! `fc-local new`: a project that builds, runs, tests and deploys, from the files in `template/`.
//!
//! It makes files, and asks cargo about the workspace around them if there is one.

mod args;
mod name;
mod workspace;

use std::fmt;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::output;
use crate::project::package::BOOTSTRAP;
use workspace::{Joined, Workspace};

pub(crate) use args::{EXAMPLES, NewArgs};

/// The library that a new project takes: the version that was current when this tool was released.
const RUNTIME_VERSION: &str = "0.1.0";

/// The same for MCP servers.
const MCP_VERSION: &str = "0.1.0";

/// Where its crate lies in the repository of the library.
const MCP_FOLDER: &str = "src/mcp";

/// What every user may do with a folder, less what the umask forbids: `mkdir`'s own mode.
const FOLDER_MODE: u32 = 0o777;

/// A project that was not made; nothing of it is left.
#[derive(Debug)]
enum NewError {
    /// No crate or no function can have this name.
    Name(String),
    /// Something with this name exists.
    Exists(PathBuf),
    /// `--path` does not name the crate.
    NoCrate(PathBuf),
    /// The disk refused.
    Io { path: PathBuf, error: io::Error },
}

impl fmt::Display for NewError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(why) => f.write_str(why),
            Self::Exists(path) => write!(
                f,
                "{} already exists and is not empty: choose another name, or empty it",
                path.display()
            ),
            Self::NoCrate(path) => write!(
                f,
                "--path {} is not a clone of fc-runtime: no Cargo.toml of the package fc-runtime lies in it",
                path.display()
            ),
            Self::Io { path, error } => write!(f, "cannot write {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for NewError {}

/// Makes the project and says what to do next.
pub(crate) fn run(args: &NewArgs) -> ExitCode {
    let made = make(args).map_err(|error| error.to_string());
    let printed = made.and_then(|joined| {
        output::print(next_steps(args, &joined).as_bytes())
            .map_err(|error| format!("cannot write to stdout: {error}"))
    });
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => output::fail(&message),
    }
}

fn make(args: &NewArgs) -> Result<Joined, NewError> {
    name::check(&args.name).map_err(NewError::Name)?;
    let target = Path::new(&args.name);
    if target.symlink_metadata().is_ok() && !is_empty_folder(target) {
        return Err(NewError::Exists(target.to_owned()));
    }
    let here = Path::new(".").canonicalize().map_err(at(target))?;
    let workspace = Workspace::around(&here);
    let files = files(args, workspace.is_some())?;
    // Made beside and renamed, so that it appears whole or not at all.
    let scratch = tempfile::Builder::new()
        .prefix(&format!(".{}-", args.name))
        .permissions(Permissions::from_mode(FOLDER_MODE))
        .tempdir_in(".")
        .map_err(at(target))?;
    for (path, content) in files {
        write(&scratch.path().join(path), &content).map_err(at(&target.join(path)))?;
    }
    fs::rename(scratch.path(), target).map_err(at(target))?;
    // It has its name now; there is nothing left to remove.
    let _ = scratch.keep();
    let joined = workspace.map(|workspace| workspace.join(&here.join(target)));
    Ok(joined.unwrap_or(Joined::AsItIs))
}

fn is_empty_folder(path: &Path) -> bool {
    let real = path.symlink_metadata().is_ok_and(|found| found.is_dir());
    real && fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

/// The files of the project, by their paths in it.
fn files(args: &NewArgs, in_workspace: bool) -> Result<Vec<(&'static str, String)>, NewError> {
    let kind = kind(args);
    let dependency = dependency(args.path.as_deref())?;
    let mcp = mcp_dependency(args.path.as_deref());
    // In a workspace, programs of one name would overwrite each other.
    let (bin, why) = if in_workspace {
        (
            args.name.as_str(),
            "`make package` names it bootstrap, the file that Function Compute starts.",
        )
    } else {
        (BOOTSTRAP, "Function Compute starts the file `bootstrap`.")
    };
    let filled = |template: &str, kind: &str| {
        let filled = template.replace("{{kind}}\n", kind);
        filled
            .replace("{{name}}", &args.name)
            .replace("{{dependency}}", &dependency)
            .replace("{{mcp}}", &mcp)
            .replace("{{bin}}", bin)
            .replace("{{why}}", why)
    };
    let mut files = vec![
        (
            "Cargo.toml",
            filled(include_str!("template/manifest.toml"), kind.dependencies),
        ),
        (
            ".cargo/config.toml",
            filled(include_str!("template/config.toml"), ""),
        ),
        (".gitignore", filled(include_str!("template/gitignore"), "")),
        (
            "Makefile",
            filled(include_str!("template/Makefile"), kind.make),
        ),
        (
            "template.yml",
            filled(include_str!("template/template.yml"), kind.template),
        ),
        ("s.yaml", filled(include_str!("template/s.yaml"), kind.s)),
        ("src/main.rs", kind.main.to_owned()),
    ];
    // Only at the root of a repository is it read.
    if !in_workspace {
        files.push((
            ".github/workflows/ci.yml",
            include_str!("template/ci.yml").to_owned(),
        ));
    }
    Ok(files)
}

/// How one kind of function differs from the others.
struct Kind {
    /// What a function of this kind is, with its article.
    name: &'static str,
    /// What it depends on beside the runtime.
    dependencies: &'static str,
    main: &'static str,
    make: &'static str,
    template: &'static str,
    s: &'static str,
}

const EVENT: Kind = Kind {
    name: "an event function",
    dependencies: "",
    main: include_str!("template/event.rs"),
    make: include_str!("template/event.mk"),
    template: "",
    s: "",
};

const HTTP: Kind = Kind {
    name: "an HTTP function",
    dependencies: "",
    main: include_str!("template/http.rs"),
    make: include_str!("template/http.mk"),
    template: include_str!("template/http.template.yml"),
    s: include_str!("template/http.s.yaml"),
};

const MCP: Kind = Kind {
    name: "an MCP server",
    dependencies: include_str!("template/mcp.toml"),
    main: include_str!("template/mcp.rs"),
    make: include_str!("template/mcp.mk"),
    ..HTTP
};

fn kind(args: &NewArgs) -> &'static Kind {
    match (args.http, args.mcp) {
        (_, true) => &MCP,
        (true, false) => &HTTP,
        (false, false) => &EVENT,
    }
}

/// The crate as the project asks for it: a version, or a folder.
fn dependency(path: Option<&Path>) -> Result<String, NewError> {
    let Some(path) = path else {
        return Ok(format!("\"{RUNTIME_VERSION}\""));
    };
    let no_crate = || NewError::NoCrate(path.to_owned());
    let manifest = fs::read_to_string(path.join("Cargo.toml")).map_err(|_| no_crate())?;
    if !manifest
        .lines()
        .any(|line| line.trim() == "name = \"fc-runtime\"")
    {
        return Err(no_crate());
    }
    let folder = path.canonicalize().map_err(at(path))?;
    let folder = folder.to_str().ok_or_else(no_crate)?;
    // What JSON writes as a string, TOML reads as the same one.
    Ok(format!("{{ path = {} }}", serde_json::Value::from(folder)))
}

/// The crate of MCP servers, which lies in the same repository and takes the HTTP server that the runtime has.
fn mcp_dependency(path: Option<&Path>) -> String {
    let source = match path.map(|path| path.join(MCP_FOLDER)) {
        // What is no text was refused for the runtime already.
        Some(folder) => {
            let folder = folder.canonicalize().unwrap_or(folder);
            format!(
                "path = {}",
                serde_json::Value::from(folder.to_string_lossy())
            )
        }
        None => format!("version = \"{MCP_VERSION}\""),
    };
    format!("{{ {source}, default-features = false }}")
}

fn write(path: &Path, content: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content)
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> NewError + use<> {
    let path = path.to_owned();
    |error| NewError::Io { path, error }
}

/// What has become of the workspace around the project, if it is worth a word.
fn about_workspace(joined: &Joined) -> String {
    match joined {
        Joined::AsItIs => String::new(),
        Joined::Added(manifest) => {
            format!(
                "\nIt is a member of the workspace {} now.\n",
                manifest.display()
            )
        }
        Joined::ByHand { manifest, line } => format!(
            "\nMake it a member of the workspace first, in {}:\n\n  [workspace]\n  {line}\n",
            manifest.display()
        ),
    }
}

fn next_steps(args: &NewArgs, joined: &Joined) -> String {
    let (name, kind) = (&args.name, kind(args).name);
    let source = match &args.path {
        Some(_) => String::new(),
        None => format!(
            "
It uses fc-runtime {RUNTIME_VERSION} from crates.io, and builds only once that is published there. To use a clone of its
repository, make the project with --path CLONE.
"
        ),
    };
    let workspace = about_workspace(joined);
    format!(
        "Made {name}, {kind} in {name}/src/main.rs. Next:

  cd {name}
  make run      # build the static package and call it once
  make test     # run its tests
  make watch    # serve it, again after each change; call it with `make invoke` in another terminal
  make deploy   # deploy it to FC 2.0 with fun; `make deploy-fc3`: to FC 3.0 with Serverless Devs
{workspace}{source}"
    )
}
