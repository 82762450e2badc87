use std::path::{Path, PathBuf};

use super::Workspace;

fn joined(text: &str) -> Option<String> {
    let workspace = Workspace {
        manifest: PathBuf::from("/w/Cargo.toml"),
        text: text.to_owned(),
    };
    let member = workspace.member(Path::new("/w/functions/new"));
    workspace.with_member(&member)
}

#[test]
fn a_member_is_added_and_nothing_else_is_touched() {
    for (before, after) in [
        (
            "[workspace]\n",
            "[workspace]\nmembers = [\"functions/new\"]\n",
        ),
        (
            "# why\n[workspace]\nmembers = [\"a\", 'b']   # mine\nresolver = \"3\"\n",
            "# why\n[workspace]\nmembers = [\"a\", 'b', \"functions/new\"]   # mine\nresolver = \"3\"\n",
        ),
        (
            "[workspace]\nmembers = [\n    \"a\", # one\n    \"b\",\n]\n",
            "[workspace]\nmembers = [\n    \"a\", # one\n    \"b\",\n    \"functions/new\",\n]\n",
        ),
        (
            "[workspace]\nmembers = [\"a\"]\n",
            "[workspace]\nmembers = [\"a\", \"functions/new\"]\n",
        ),
        (
            "workspace = { members = [] }\n",
            "workspace = { members = [\"functions/new\"] }\n",
        ),
    ] {
        assert_eq!(joined(before).as_deref(), Some(after));
    }
    assert_eq!(joined("[workspace]\nmembers = 1\n"), None);
}
