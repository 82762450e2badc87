//! The two READMEs say the same: the same figures, tables row for row, the same commands and the same links. They stay
//! short, and what has moved to the guide stands there alone.

use std::fs;
use std::path::Path;

/// A README that is longer is not read to its end.
const MOST_WORDS: usize = 1200;

fn readmes() -> [String; 2] {
    ["README.md", "src/guide/README.zh-CN.md"].map(|file| read(&root().join(file)))
}

#[test]
fn their_tables_have_the_same_rows_and_figures() {
    let rows = readmes().map(|text| {
        let lines = text.lines().filter(|line| line.starts_with('|'));
        lines.map(str::to_owned).collect::<Vec<_>>()
    });
    assert!(rows[0].len() > 8, "the table is found");
    assert_eq!(rows[0].len(), rows[1].len());
    for (english, chinese) in rows[0].iter().zip(&rows[1]) {
        assert_eq!(figures(english), figures(chinese), "{english}\n{chinese}");
    }
}

#[test]
fn their_sections_have_the_same_figures() {
    let sections = readmes().map(|text| {
        let sections = text.split("\n## ").map(|section| {
            let prose: String = section.split("```").step_by(2).collect();
            figures(&prose)
        });
        sections.collect::<Vec<_>>()
    });
    assert!(sections[0].len() > 8, "the sections are found");
    assert_eq!(sections[0], sections[1]);
}

#[test]
fn their_commands_are_the_same() {
    let commands = readmes().map(|text| {
        let blocks = text.split("\n```sh\n").skip(1);
        let blocks = blocks.filter_map(|rest| Some(rest.split_once("\n```")?.0.to_owned()));
        let lines = blocks.flat_map(|block| block.lines().map(command).collect::<Vec<_>>());
        lines.collect::<Vec<_>>()
    });
    assert!(commands[0].len() > 8, "the blocks are found");
    assert_eq!(commands[0], commands[1]);
}

#[test]
fn their_links_lead_to_the_same_files_and_all_are_there() {
    let files = ["README.md", "src/guide/README.zh-CN.md"].map(|file| {
        let file = root().join(file);
        let folder = file.parent().expect("a folder");
        let mut targets: Vec<_> = links(&read(&file))
            .map(|target| {
                let path = folder.join(&target);
                path.canonicalize()
                    .unwrap_or_else(|error| panic!("{file:?}: {target}: {error}"))
            })
            .collect();
        targets.sort();
        targets.retain(|target| {
            !target.ends_with("README.md") && !target.ends_with("README.zh-CN.md")
        });
        targets
    });
    assert!(files[0].len() > 10, "the links are found");
    assert_eq!(files[0], files[1]);
}

#[test]
fn the_english_one_is_short() {
    let words = readmes()[0].split_whitespace().count();
    assert!(
        words <= MOST_WORDS,
        "{words} words, of at most {MOST_WORDS}"
    );
}

/// A table has one home: what the guide has is not repeated.
#[test]
fn no_row_of_the_guide_stands_in_a_readme_too() {
    let mut rows = 0;
    for page in ["servers", "settings", "security", "local"] {
        let text = read(&root().join(format!("src/guide/{page}.md")));
        for row in text.lines().filter(|line| line.starts_with("| ")) {
            assert!(
                !readmes().iter().any(|readme| readme.contains(row)),
                "{page}: {row}"
            );
            rows += 1;
        }
    }
    assert!(rows > 40, "the tables are found: {rows}");
}

/// A viewer that does not animate, such as a PDF or a reader who wants less motion, must show all of it.
#[test]
fn the_recording_is_whole_without_animation_and_shows_the_first_run() {
    let picture = read(&root().join("tests/readme/first-minute.svg"));
    let (still, moving) = picture
        .split_once("@keyframes")
        .expect("the style begins with what does not move");
    let (animation, lines) = moving.split_once("</style>").expect("its end");
    let begin = "@media(prefers-reduced-motion:no-preference){.line{animation:wait 1ms ";
    let (_, rest) = animation.split_once(begin).expect("the animation");
    // Before and after it, the lines are there: one frame, as a converter takes it, is whole.
    let delay = rest.split_once("s}}").map(|(delay, _)| delay.parse());
    assert!(matches!(delay, Some(Ok(1..=9_u32))), "{rest}");
    for text in [still, lines] {
        for hidden in ["hidden", "opacity", "display:none", "animation:"] {
            assert!(!text.contains(hidden), "{hidden} in what stands still");
        }
    }
    let commands = readmes()[0].clone();
    for command in ["fc-local new hello", "make run", "make test"] {
        assert!(lines.contains(&format!(">$ {command}")), "{command}");
        assert!(commands.contains(command), "the README has no {command}");
    }
    for output in ["Hello World!", "FC Invoke End RequestId", "test result: ok"] {
        assert!(lines.contains(output), "{output}");
    }
}

/// The links to files of the repository.
fn links(text: &str) -> impl Iterator<Item = String> {
    let targets = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'));
    let files = targets.filter(|(target, _)| !target.contains("://"));
    files.map(|(target, _)| target.split('#').next().unwrap_or_default().to_owned())
}

/// The figures of a text, in no order, because languages put them differently.
fn figures(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ',');
    let figures = words.map(|word| word.trim_matches(['.', ',']));
    let mut figures: Vec<_> = figures
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    figures.sort_unstable();
    figures
}

/// A line of a shell block without its comment.
fn command(line: &str) -> String {
    line.split(" #")
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned()
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{file:?}: {error}"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
