//! Just enough reading of Rust source to know what its code names.

/// The code without comments, the insides of strings, and items under `#[cfg(test)]`; blanks squeezed.
pub fn code_of(text: &str) -> String {
    squeeze(&without_tests(&without_text(text)))
}

/// The code names this path (`a::b`), as whole words.
pub fn names_path(code: &str, path: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(path).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + path.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// The modules of the standard library that the code names, also in `use std::{a, b::c}`.
pub fn std_modules(code: &str) -> Vec<String> {
    let mut modules = Vec::new();
    for (at, _) in code.match_indices("std::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + "std::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            modules.extend(group_heads(group));
        } else {
            modules.push(word(rest));
        }
    }
    modules
}

/// The modules that a file declares under `#[cfg(test)]` and that live in files of their own.
pub fn test_only_modules(text: &str) -> Vec<String> {
    let code = squeeze(&without_text(text));
    let declared = code.match_indices("#[cfg(test)]").filter_map(|(at, attribute)| {
        let rest = code[at + attribute.len()..].trim_start();
        let rest = rest.strip_prefix("pub ").unwrap_or(rest).strip_prefix("mod ")?;
        let name = word(rest);
        rest[name.len()..].starts_with(';').then_some(name)
    });
    declared.collect()
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// First words of the items of a `{..}` group whose opening brace is already gone.
fn group_heads(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                heads.push(word(group[start..at].trim()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    heads
}

/// One blank between words, none around `::`.
fn squeeze(code: &str) -> String {
    let words: Vec<&str> = code.split_whitespace().collect();
    words.join(" ").replace(" ::", "::").replace(":: ", "::")
}

/// Removes items that follow `#[cfg(test)]`: up to the matching brace, or the semicolon.
fn without_tests(code: &str) -> String {
    const ATTRIBUTE: &str = "#[cfg(test)]";
    let mut kept = String::new();
    let mut rest = code;
    while let Some(at) = rest.find(ATTRIBUTE) {
        kept += &rest[..at];
        rest = &rest[at + ATTRIBUTE.len()..];
        rest = &rest[end_of_item(rest)..];
    }
    kept + rest
}

fn end_of_item(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// Replaces comments and the insides of string and character literals by blanks.
fn without_text(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let skipped = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment(rest),
            '"' => quoted(rest, 1),
            'r' if raw_string(rest).is_some() && !code.ends_with(|c: char| c.is_alphanumeric() || c == '_') => {
                raw_string(rest).unwrap_or(1)
            }
            '\'' => character(rest),
            _ => 0,
        };
        if skipped == 0 {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            code.push(' ');
            rest = &rest[skipped..];
        }
    }
    code
}

fn block_comment(text: &str) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

/// Length of a literal that ends at its unescaped opening character, which is `text`'s first.
fn quoted(text: &str, from: usize) -> usize {
    let quote = text.as_bytes()[0];
    let bytes = text.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b if b == quote => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// Length of `r"..."` or `r#"..."#` if the text starts with one.
fn raw_string(text: &str) -> Option<usize> {
    let hashes = text[1..].bytes().take_while(|b| *b == b'#').count();
    let body = text[1 + hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(2 + hashes + body.find(&end).map_or(body.len(), |at| at + end.len()))
}

/// Length of a character literal; 0 if the quote starts a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text[1..].chars();
    match (chars.next(), chars.next()) {
        (Some('\\'), _) => quoted(text, 1),
        (Some(c), Some('\'')) => 2 + c.len_utf8(),
        _ => 0,
    }
}
