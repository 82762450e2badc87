//! The name of one file or folder against a pattern, in the two dialects of the tools' ignore files.
//!
//! By hand, as the well-kept crates read such patterns otherwise than the npm packages that the tools have: `ignore` and
//! `globset` take `{a,b}` for alternatives and `[!a]` for all but `a`, where npm's `ignore`, which fun has, takes both as they
//! are written; and none of them has the rules by which Serverless Devs brings files back.
//!
//! It must not know paths.

/// A pattern for a whole name; upper and lower case are the same.
#[derive(Debug, Clone)]
pub(super) struct Glob(Vec<Token>);

#[derive(Debug, Clone)]
enum Token {
    Letter(char),
    /// `?`: any one character.
    Any,
    /// `*`: any number of characters, also none.
    Star,
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    /// What no name has.
    Never,
}

/// Which characters mean something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// npm's `ignore` 5: a class has no negation, and one that is not closed matches nothing.
    Ignore,
    /// npm's `minimatch` 5: `[!a]` and `[^a]` are all but `a`, and a class that is not closed is what is written.
    Minimatch,
}

impl Glob {
    pub(super) fn of(pattern: &str, dialect: Dialect) -> Self {
        let letters: Vec<char> = pattern.chars().collect();
        let (mut tokens, mut rest) = (Vec::new(), letters.as_slice());
        while let [first, after @ ..] = rest {
            let (token, after) = match (first, after) {
                ('*', _) => (Token::Star, after),
                ('?', _) => (Token::Any, after),
                ('\\', [escaped, after @ ..]) => (Token::Letter(folded(*escaped)), after),
                ('[', _) => class(after, dialect),
                (letter, _) => (Token::Letter(folded(*letter)), after),
            };
            tokens.push(token);
            rest = after;
        }
        Self(tokens)
    }

    pub(super) fn matches(&self, name: &str) -> bool {
        let letters: Vec<char> = name.chars().map(folded).collect();
        all_match(&self.0, &letters)
    }
}

/// Walks both from the left; after a star it comes back to try with one character more.
fn all_match(tokens: &[Token], letters: &[char]) -> bool {
    let (mut token, mut letter) = (0, 0);
    let mut after_star: Option<(usize, usize)> = None;
    while letter < letters.len() || token < tokens.len() {
        match tokens.get(token) {
            Some(Token::Star) => {
                after_star = Some((token + 1, letter));
                token += 1;
                continue;
            }
            Some(one) if letters.get(letter).is_some_and(|letter| one.takes(*letter)) => {
                (token, letter) = (token + 1, letter + 1);
                continue;
            }
            _ => {}
        }
        match after_star {
            Some((star, from)) if from < letters.len() => {
                after_star = Some((star, from + 1));
                (token, letter) = (star, from + 1);
            }
            _ => return false,
        }
    }
    true
}

impl Token {
    fn takes(&self, letter: char) -> bool {
        match self {
            Self::Letter(own) => *own == letter,
            Self::Any => true,
            Self::Star | Self::Never => false,
            Self::Class { negated, ranges } => {
                let upper = letter.to_uppercase().next().unwrap_or(letter);
                let within = |letter: char| {
                    ranges
                        .iter()
                        .any(|(from, to)| (*from..=*to).contains(&letter))
                };
                (within(letter) || within(upper)) != *negated
            }
        }
    }
}

/// The class that begins after a bracket, and what follows it.
fn class(after: &[char], dialect: Dialect) -> (Token, &[char]) {
    let negated = dialect == Dialect::Minimatch && matches!(after.first(), Some('!' | '^'));
    let inner = &after[usize::from(negated)..];
    // A bracket that comes first is a member, for one of the two.
    let from =
        usize::from(dialect == Dialect::Minimatch && !negated && inner.first() == Some(&']'));
    let end = inner.iter().skip(from).position(|letter| *letter == ']');
    match (end, dialect) {
        (Some(end), _) => {
            let (members, rest) = inner.split_at(from + end);
            let ranges = ranges(members);
            let token = if ranges.is_empty() && !negated {
                Token::Never
            } else {
                Token::Class { negated, ranges }
            };
            (token, &rest[1..])
        }
        (None, Dialect::Ignore) => (Token::Never, &[]),
        (None, Dialect::Minimatch) => (Token::Letter('['), after),
    }
}

/// Single characters and ranges; one that runs backwards has nothing.
fn ranges(members: &[char]) -> Vec<(char, char)> {
    let (mut ranges, mut rest) = (Vec::new(), members);
    loop {
        rest = match rest {
            [] => return ranges,
            ['\\', escaped, after @ ..] => {
                ranges.push((*escaped, *escaped));
                after
            }
            [from, '-', to, after @ ..] => {
                ranges.push((*from, *to));
                after
            }
            [one, after @ ..] => {
                ranges.push((*one, *one));
                after
            }
        };
    }
}

fn folded(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

#[cfg(test)]
mod tests;
