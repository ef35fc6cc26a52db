//! Two network namespaces and a cable between them: nothing that is sent in them leaves the machine.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The second machine's clock is ahead of the first one's by so many seconds.
pub const CLOCK_AHEAD_SECS: f64 = 1000.0;

/// Why it cannot be run here; `None` if it can.
pub fn hindrance() -> Option<String> {
    if !cfg!(target_os = "linux") {
        return Some("network namespaces are a thing of Linux".to_owned());
    }
    for program in ["ip", "unshare", "nft"] {
        if !works(Command::new("sh").args(["-c", &format!("command -v {program}")])) {
            return Some(format!("`{program}` is missing (Debian: iproute2, util-linux, nftables)"));
        }
    }
    if !works(Command::new("unshare").args(["--net", "true"])) {
        return Some("no network namespace can be made: run it as root".to_owned());
    }
    if !works(Command::new("unshare").args(["--time", "--monotonic", "1000", "--fork", "true"])) {
        return Some("the kernel has no time namespaces".to_owned());
    }
    None
}

fn works(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
}

/// The two machines. Dropped, they are gone.
pub struct Net {
    names: [String; 2],
}

impl Net {
    /// 10.77.0.1 and 10.77.0.2 on one cable, each with a loopback of its own and no way anywhere else.
    pub fn new() -> Result<Self> {
        let id = std::process::id();
        let net = Self { names: [format!("echelon-a-{id}"), format!("echelon-b-{id}")] };
        let [a, b] = &net.names;
        ip(&["netns", "add", a])?;
        ip(&["netns", "add", b])?;
        ip(&["-n", a, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", b])?;
        for (name, address) in net.names.iter().zip(["10.77.0.1/24", "10.77.0.2/24"]) {
            ip(&["-n", name, "link", "set", "lo", "up"])?;
            ip(&["-n", name, "address", "add", address, "dev", "cable"])?;
            ip(&["-n", name, "link", "set", "cable", "up"])?;
        }
        net.check()?;
        Ok(net)
    }

    /// Fails if a machine has any way but the cable.
    fn check(&self) -> Result<()> {
        for name in &self.names {
            let output = Command::new("ip").args(["-n", name, "-o", "link"]).output().context("could not run ip")?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let is_known = |line: &str| [": lo:", ": cable@"].iter().any(|known| line.contains(known));
            if text.lines().any(|line| line.contains(",UP") && !is_known(line)) || text.lines().count() < 2 {
                bail!("a machine of the test has other interfaces than its own:\n{text}");
            }
        }
        Ok(())
    }

    /// A program on the first machine.
    pub fn on_a(&self, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.names[0], program]);
        command
    }

    /// A program on the second machine, whose clock is another.
    pub fn on_b(&self, program: &str) -> Command {
        let mut command = Command::new("ip");
        let ahead = format!("{CLOCK_AHEAD_SECS:.0}");
        let unshare = ["unshare", "--time", "--monotonic", &ahead, "--fork", "--kill-child", program];
        command.args(["netns", "exec", &self.names[1]]).args(unshare);
        command
    }

    /// Drops so many packets of a hundred on their way in, on both; 0 for none.
    pub fn lose(&self, percent: u32) -> Result<()> {
        for name in &self.names {
            let mut rules = "add table netdev loss\n\
                add chain netdev loss in { type filter hook ingress device cable priority 0; }\n\
                flush chain netdev loss in\n"
                .to_owned();
            if percent > 0 {
                rules += &format!("add rule netdev loss in numgen random mod 100 < {percent} drop\n");
            }
            let script = format!("ip netns exec {name} nft -f - <<'END'\n{rules}END");
            if !Command::new("sh").args(["-c", &script]).status().context("could not run nft")?.success() {
                bail!("nft refused the loss of packets");
            }
        }
        Ok(())
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        for name in &self.names {
            // Whatever still runs in it keeps it alive, but not its name.
            let _ = Command::new("ip").args(["netns", "delete", name]).stderr(Stdio::null()).status();
        }
    }
}

fn ip(args: &[&str]) -> Result<()> {
    let output = Command::new("ip").args(args).output().context("could not run ip")?;
    if !output.status.success() {
        bail!("ip {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
