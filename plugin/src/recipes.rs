//! The recipes that come with the plugin. Everything here is text that was compiled in; no file is read.

use std::sync::{Arc, LazyLock};

use echelon_engine::action::RecipeFile;

/// A recipe and the word by which it is called.
#[derive(Clone, Debug)]
pub struct Shipped {
    /// For programs: `crossfade_16`.
    pub id: &'static str,
    /// What it does.
    pub file: Arc<RecipeFile>,
}

macro_rules! texts {
    ($($id:literal),* $(,)?) => { [$(($id, include_str!(concat!("../presets/recipes/", $id, ".json")))),*] };
}

/// In the order in which people are shown them.
const TEXTS: [(&str, &str); 8] =
    texts!["crossfade_16", "mix_in_16", "bass_swap_8", "blend_8", "quick_cut", "fade_out_4", "echo_out_2", "tease_4",];

static SHIPPED: LazyLock<Vec<Shipped>> = LazyLock::new(|| {
    let read = |(id, text): &(&'static str, &str)| {
        // A test reads each of them.
        let file = RecipeFile::read(text).ok()?;
        Some(Shipped { id, file: Arc::new(file) })
    };
    TEXTS.iter().filter_map(read).collect()
});

/// Every recipe that comes with the plugin.
#[must_use]
pub fn shipped() -> &'static [Shipped] {
    &SHIPPED
}

/// The recipe of an id.
#[must_use]
pub fn find(id: &str) -> Option<Arc<RecipeFile>> {
    shipped().iter().find(|recipe| recipe.id == id).map(|recipe| recipe.file.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use echelon_engine::action::Roles;
    use echelon_engine::units::DeckId;

    #[test]
    fn every_text_is_a_recipe_and_fits_decks_a_and_b() {
        for (id, text) in TEXTS {
            let file = RecipeFile::read(text).unwrap_or_else(|error| panic!("{id}: {error}"));
            assert!(!file.about().is_empty(), "{id}");
            for (from, to) in [(DeckId::A, DeckId::B), (DeckId::B, DeckId::A)] {
                for bar_beats in [2.0, 3.5, 4.0, 6.0] {
                    file.fill(Roles::new(from, to), bar_beats).unwrap_or_else(|error| panic!("{id}: {error}"));
                }
            }
            assert_eq!(find(id).as_deref(), Some(&file));
        }
        assert_eq!(shipped().len(), TEXTS.len());
        assert!(find("none").is_none());
    }
}
