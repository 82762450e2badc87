//! A document, put together from the parser's events as js-yaml does: what is in what, and anchors.
//!
//! It must not know what a scalar means.

use std::collections::HashMap;

use yaml_rust2::parser::{Event, Parser, Tag};
use yaml_rust2::scanner::TScalarStyle;

use super::mapping::{MERGE_KEY, Mapping, key_text};
use super::{Dialect, Yaml, YamlError, plain, tag};

/// Values of a document, with those that aliases repeat: more than any template has, and a few MB.
const MAX_VALUES: usize = 100_000;
/// Mappings and lists in each other: what `serde_json` takes as well.
const MAX_DEPTH: usize = 128;

pub(super) fn build(text: &str, dialect: Dialect) -> Result<Yaml, YamlError> {
    let mut parser = Parser::new_from_str(text);
    let mut builder = Builder::new(dialect);
    loop {
        let (event, mark) = parser.next_token()?;
        if event == Event::StreamEnd {
            return Ok(builder.root.unwrap_or(Yaml::Null));
        }
        builder.line = mark.line();
        builder.take(event).map_err(|why| YamlError::Refused {
            line: builder.line,
            why,
        })?;
    }
}

struct Builder {
    dialect: Dialect,
    line: usize,
    root: Option<Yaml>,
    documents: usize,
    open: Vec<Open>,
    /// Finished values, with how many values each has; one that is missing is still open.
    anchors: HashMap<usize, (Yaml, usize)>,
    values: usize,
}

/// A list or a mapping whose end is still to come.
struct Open {
    anchor: usize,
    /// How many values there were before it.
    before: usize,
    kind: Kind,
}

enum Kind {
    List(Vec<Yaml>),
    Map(Mapping, Option<Key>),
}

enum Key {
    Merge,
    Name(String),
}

impl Builder {
    fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            line: 0,
            root: None,
            documents: 0,
            open: Vec::new(),
            anchors: HashMap::new(),
            values: 0,
        }
    }

    fn take(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::DocumentStart => self.start_document(),
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(text, style, anchor, tag.as_ref())
            }
            Event::SequenceStart(anchor, tag) => {
                tag::check(tag.as_ref(), "seq")?;
                self.start(anchor, Kind::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                tag::check(tag.as_ref(), "map")?;
                self.start(anchor, Kind::Map(Mapping::default(), None))
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.alias(anchor),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn start_document(&mut self) -> Result<(), String> {
        self.documents += 1;
        match self.documents {
            1 => Ok(()),
            _ => Err("a second document begins; put it into another file".to_owned()),
        }
    }

    fn scalar(
        &mut self,
        text: String,
        style: TScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
    ) -> Result<(), String> {
        let is_merge = tag.is_none() && style == TScalarStyle::Plain && text == MERGE_KEY;
        if is_merge && self.wants_key() {
            self.set_key(Key::Merge);
            return Ok(());
        }
        let value = match tag {
            None if style == TScalarStyle::Plain => plain::resolve(&text, self.dialect),
            None => Yaml::Text(text),
            Some(tag) => tag::scalar(text, tag, self.dialect)?,
        };
        self.count(1)?;
        self.keep(anchor, &value, 1);
        self.add(value)
    }

    fn start(&mut self, anchor: usize, kind: Kind) -> Result<(), String> {
        if self.wants_key() {
            return Err("a list or a mapping is a key here; only text can be one".to_owned());
        }
        if self.open.len() == MAX_DEPTH {
            return Err(format!(
                "more than {MAX_DEPTH} lists and mappings are inside of each other here"
            ));
        }
        let before = self.values;
        self.count(1)?;
        self.open.push(Open {
            anchor,
            before,
            kind,
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        // The parser ends only what it has begun.
        let Some(Open {
            anchor,
            before,
            kind,
        }) = self.open.pop()
        else {
            return Ok(());
        };
        let value = match kind {
            Kind::List(list) => Yaml::List(list),
            Kind::Map(mapping, _) => Yaml::Map(mapping.entries),
        };
        self.keep(anchor, &value, self.values - before);
        self.add(value)
    }

    fn alias(&mut self, anchor: usize) -> Result<(), String> {
        let Some((value, values)) = self.anchors.get(&anchor).cloned() else {
            return Err("an alias is inside what it stands for, so it would never end".to_owned());
        };
        self.count(values)?;
        self.add(value)
    }

    fn count(&mut self, more: usize) -> Result<(), String> {
        self.values += more;
        if self.values > MAX_VALUES {
            Err(format!(
                "there are more than {MAX_VALUES} values, with those that aliases repeat"
            ))
        } else {
            Ok(())
        }
    }

    /// Remembers the value of an anchor; 0 is none.
    fn keep(&mut self, anchor: usize, value: &Yaml, values: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), values));
        }
    }

    fn wants_key(&self) -> bool {
        matches!(
            self.open.last(),
            Some(Open {
                kind: Kind::Map(_, None),
                ..
            })
        )
    }

    fn set_key(&mut self, key: Key) {
        if let Some(Open {
            kind: Kind::Map(_, wanted),
            ..
        }) = self.open.last_mut()
        {
            *wanted = Some(key);
        }
    }

    fn add(&mut self, value: Yaml) -> Result<(), String> {
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.root = Some(value),
            Some(Kind::List(list)) => list.push(value),
            Some(Kind::Map(mapping, key)) => match key.take() {
                None => *key = Some(Key::Name(key_text(value)?)),
                Some(Key::Merge) => mapping.merge(value)?,
                Some(Key::Name(name)) => mapping.insert(name, value)?,
            },
        }
        Ok(())
    }
}
