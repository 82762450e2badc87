//! The shipped manifest, and small ones.

use super::*;

fn shipped() -> Manifest {
    Manifest::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("peers.toml")).unwrap()
}

#[test]
fn the_shipped_manifest_names_every_peer_once_and_no_unknown_tool() {
    let manifest = shipped();
    let mut ids: Vec<_> = manifest.all().map(|peer| &peer.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), manifest.all().count());
    assert!(manifest.peers.iter().any(|peer| peer.group == Group::Floor));
    assert!(manifest.tool("zip").is_some());
}

#[test]
fn the_versions_in_names_are_those_of_the_lock_files() {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
    let locked = [
        (
            "rmcp",
            "rust/Cargo.lock",
            "name = \"rmcp\"\nversion = \"V\"",
        ),
        (
            "rmcp-multi",
            "rust/Cargo.lock",
            "name = \"rmcp\"\nversion = \"V\"",
        ),
        ("mcp-python", "mcp-python/requirements.txt", "\nmcp==V "),
        (
            "mcp-node-sdk",
            "mcp-node/sdk/package-lock.json",
            "node_modules/@modelcontextprotocol/sdk\": {\n      \"version\": \"V\"",
        ),
        (
            "mcp-node-server",
            "mcp-node/server/package-lock.json",
            "node_modules/@modelcontextprotocol/server\": {\n      \"version\": \"V\"",
        ),
    ];
    let manifest = shipped();
    for (id, file, line) in locked {
        let peer = manifest.mcp.iter().find(|peer| peer.id == id).unwrap();
        let is_version = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
        let mut words = peer.name.split([' ', ',']);
        let version = words.find(is_version).unwrap();
        let text = fs::read_to_string(peers.join(file)).unwrap();
        assert!(text.contains(&line.replace('V', version)), "{id} {version}");
    }
}

#[test]
fn a_peer_with_an_unknown_tool_is_refused_by_name() {
    let text = "[[tool]]\nname='a'\ncheck=['a']\nbring='b'\n[[peer]]\nid='p'\nname='P'\n\
                language='L'\ngroup='peer'\nhow='h'\nneeds=['x']\n";
    assert_eq!(
        Manifest::parse(text).unwrap_err(),
        "p needs x, no such tool"
    );
}

#[test]
fn only_selects_by_id_and_refuses_what_it_does_not_know() {
    let manifest = shipped();
    let count = |only: &[&str]| {
        let only: Vec<String> = only.iter().map(|id| (*id).to_owned()).collect();
        let (echo, mcp) = manifest.select(&only).unwrap();
        (echo.len(), mcp.len())
    };
    assert_eq!(count(&["go"]), (1, 0));
    assert_eq!(count(&["go", "rmcp"]), (1, 1));
    assert_eq!(count(&[]), (manifest.peers.len(), manifest.mcp.len()));
    let error = manifest.select(&["cobol".to_owned()]).unwrap_err();
    assert!(
        error.starts_with("--only names no peer cobol; there are c-bare,"),
        "{error}"
    );
}

#[test]
fn words_are_filled_in_and_the_repository_is_hidden() {
    let home = Path::new("/h/musl/compare");
    let places = Places::new(home, Path::new("/o"), Path::new("/d"), Path::new("/e"));
    assert_eq!(
        places.fill("{pkg}/bootstrap", "go"),
        "/o/packages/go/bootstrap"
    );
    assert_eq!(places.fill("{target}/{default}", "go"), "/o/target//d");
    assert_eq!(
        places.hide("no /h/musl/compare/peers/c"),
        "no musl/compare/peers/c"
    );
}
