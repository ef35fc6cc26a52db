//! d
pub const HELP: &str = "
Usage: cargo xtask demo
";
pub fn main(_: crate::cli::Args) -> anyhow::Result<()> {
    Ok(())
}
