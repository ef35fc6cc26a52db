//! What pages in Markdown point to. Tests only.

/// Where the links of a page go that stay in the project: without what comes after `#`.
pub fn links(page: &str) -> Vec<&str> {
    let targets = page.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let own = targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
    own.map(|target| target.split('#').next().unwrap_or_default()).filter(|target| !target.is_empty()).collect()
}

#[test]
fn links_are_found_in_a_page() {
    let page = "[a](docs/a.md), ![b](b.png \"title\"), [c](https://example.org/c), [d](#part), [e](../e.md#part)";
    assert_eq!(links(page), ["docs/a.md", "b.png", "../e.md"]);
}
