//! Who may talk to the rig: this machine alone, unless the user opens the network with a token and a list of addresses.
//!
//! Settings come from `osc.json` in the user's folder for settings, each of them from the environment if it is there.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use super::folders;
use super::settings::{UserSettings, machines};

/// Messages a second of one source, if nothing else is said.
pub const DEFAULT_RATE: f32 = 20_000.0;
/// A token must be this long, or the network stays shut.
const LEAST_TOKEN_BYTES: usize = 8;

/// The rules of a port.
#[derive(Clone, Debug, PartialEq)]
pub struct Access {
    /// Other machines may send; needs a token.
    lan: bool,
    token: String,
    /// Machines that may send; empty for any that has the token.
    allow: Vec<IpAddr>,
    /// Messages a second of one source.
    pub(super) rate_per_sec: f32,
    /// An address of this machine that counts as another's, so that tests need no network.
    #[cfg(test)]
    stranger: Option<IpAddr>,
}

impl Default for Access {
    /// This machine alone.
    fn default() -> Self {
        Self {
            lan: false,
            token: String::new(),
            allow: vec![],
            rate_per_sec: DEFAULT_RATE,
            #[cfg(test)]
            stranger: None,
        }
    }
}

impl Access {
    /// Opens the network to these machines (any, if there are none) for packets that carry the token.
    ///
    /// # Errors
    /// A sentence, if the token is too short to be one.
    pub fn lan(token: &str, allow: Vec<IpAddr>) -> Result<Self, String> {
        let fits =
            token.len() >= LEAST_TOKEN_BYTES && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if fits {
            Ok(Self { lan: true, token: token.to_owned(), allow, ..Self::default() })
        } else {
            Err(format!("the token needs {LEAST_TOKEN_BYTES} or more letters, digits, '-', '_' or '.'"))
        }
    }

    /// The same with another limit of messages a second for each source; below 1 counts as 1.
    #[must_use]
    pub fn with_rate(self, rate_per_sec: f32) -> Self {
        Self { rate_per_sec: rate_per_sec.max(1.0), ..self }
    }

    /// The same, with an address of this machine that counts as another's.
    #[cfg(test)]
    pub(super) fn with_stranger(self, stranger: IpAddr) -> Self {
        Self { stranger: Some(stranger), ..self }
    }

    /// As the user has set it; allows and forbids the folders that the settings name. A network without a good token, or
    /// with a mistake in what is said of it, stays shut.
    #[must_use]
    pub fn of_user() -> Self {
        Self::of_user_with_faults().0
    }

    /// The same, and what of the settings cannot be taken: a sentence each.
    pub(super) fn of_user_with_faults() -> (Self, Vec<String>) {
        Self::read(UserSettings::of_user(), |name| std::env::var(name).ok())
    }

    fn read(set: UserSettings, var: impl Fn(&str) -> Option<String>) -> (Self, Vec<String>) {
        let UserSettings { mut network, mut network_faults, folders, forbidden, rate_per_sec, faults } = set;
        if let Some(lan) = var("ECHELON_OSC_LAN") {
            network.lan = lan == "1";
        }
        network.token = var("ECHELON_OSC_TOKEN").unwrap_or(network.token);
        if let Some(allow) = var("ECHELON_OSC_ALLOW") {
            match machines(&allow) {
                Ok(allow) => network.allow = allow,
                // Without the one that is meant, the list might let in any.
                Err(why) => network_faults.push(format!("ECHELON_OSC_ALLOW: {why}")),
            }
        }
        let rate = var("ECHELON_OSC_RATE").and_then(|rate| rate.parse().ok()).or(rate_per_sec);
        let rate_per_sec = rate.filter(|rate: &f32| rate.is_finite() && *rate >= 1.0).unwrap_or(DEFAULT_RATE);
        forbidden.iter().for_each(|folder| folders::forbid(folder));
        folders.iter().for_each(folders::offer);
        let open = if network.lan && network_faults.is_empty() {
            Self::lan(&network.token, network.allow).map_err(|why| network_faults.push(why)).ok()
        } else {
            None
        };
        if network.lan && open.is_none() {
            network_faults.push("the network stays shut".to_owned());
        }
        network_faults.extend(faults);
        (Self { rate_per_sec, ..open.unwrap_or_default() }, network_faults)
    }

    /// The network's part of it.
    pub(super) fn network(&self) -> super::NetworkSettings {
        super::NetworkSettings { lan: self.lan, token: self.token.clone(), allow: self.allow.clone() }
    }

    /// The address that the socket is bound to.
    pub(super) const fn bind_address(&self) -> Ipv4Addr {
        if self.lan { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST }
    }

    /// Whether a packet from there is looked at.
    pub(super) fn admits(&self, from: IpAddr) -> bool {
        self.is_home(from) || (self.lan && (self.allow.is_empty() || self.allow.contains(&from)))
    }

    /// Whether messages from there need the token.
    pub(super) fn asks_token(&self, from: IpAddr) -> bool {
        !self.is_home(from)
    }

    /// Whether it is this machine.
    fn is_home(&self, from: IpAddr) -> bool {
        #[cfg(test)]
        if self.stranger == Some(from) {
            return false;
        }
        from.is_loopback()
    }

    /// Whether it is the token. Takes as long for a near miss as for a far one.
    pub(super) fn is_token(&self, given: &str) -> bool {
        let differs = given.bytes().zip(self.token.bytes().cycle()).fold(0, |all, (a, b)| all | (a ^ b));
        self.lan && given.len() == self.token.len() && differs == 0
    }
}

/// The file of the user's settings; the environment may name another.
pub(super) fn settings_path() -> Option<PathBuf> {
    std::env::var_os("ECHELON_OSC_SETTINGS").map(PathBuf::from).or_else(settings_file)
}

/// Where the user's settings are kept.
fn settings_file() -> Option<PathBuf> {
    crate::places::settings_folder().map(|folder| folder.join("osc.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 7));
    const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn by_default_only_this_machine_is_heard() {
        let access = Access::default();
        assert!(access.admits(HOME) && !access.admits(OTHER) && access.bind_address().is_loopback());
        assert!(!access.is_token("") && !access.asks_token(HOME));
    }

    #[test]
    fn the_network_needs_a_token_and_may_have_a_list() {
        let access = Access::lan("corr3ct-horse", vec![OTHER]).unwrap();
        assert!(access.admits(OTHER) && access.asks_token(OTHER) && !access.admits([10, 0, 0, 1].into()));
        assert!(access.is_token("corr3ct-horse"));
        for wrong in ["", "corr3ct-hors", "corr3ct-horsf", "corr3ct-horsecorr3ct-horse"] {
            assert!(!access.is_token(wrong), "{wrong}");
        }
        assert!(Access::lan("short", vec![]).is_err() && Access::lan("with/slash", vec![]).is_err());
    }

    #[test]
    fn settings_are_read_from_a_file_and_the_environment_and_bad_ones_keep_it_shut() {
        let told = |text: &str, vars: &[(&str, &str)]| {
            let vars: Vec<(String, String)> = vars.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            let set = serde_json::from_str(text).map(|all| UserSettings::understood(&all)).unwrap_or_default();
            Access::read(set, move |name| vars.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()))
        };
        let read = |text: &str, vars: &[(&str, &str)]| told(text, vars).0;
        let good = r#"{"lan": true, "token": "abcd1234", "allow": ["192.168.1.7"], "rate_per_sec": 500}"#;
        let access = read(good, &[]);
        assert!(access.admits(OTHER) && access.is_token("abcd1234") && access.rate_per_sec == 500.0);
        assert_eq!(
            read(good, &[("ECHELON_OSC_LAN", "0"), ("ECHELON_OSC_RATE", "9")]),
            Access { rate_per_sec: 9.0, ..Access::default() }
        );
        for bad in
            [r#"{"lan": true}"#, r#"{"lan": true, "token": "x"}"#, "not json", r#"{"lan": "yes", "token": "abcd1234"}"#]
        {
            assert_eq!(read(bad, &[]), Access::default(), "{bad}");
        }
        assert_eq!(read("", &[("ECHELON_OSC_RATE", "NaN")]).rate_per_sec, DEFAULT_RATE);
        // One wrong address must neither let in everyone nor take the rate with it.
        let wrong = r#"{"lan": true, "token": "abcd1234", "allow": ["192.168.1"], "rate_per_sec": 500}"#;
        let (access, faults) = told(wrong, &[]);
        assert!(!access.admits(OTHER) && access.bind_address().is_loopback() && access.rate_per_sec == 500.0);
        assert!(faults[0].contains("192.168.1") && faults[1] == "the network stays shut", "{faults:?}");
        let (access, faults) = told(good, &[("ECHELON_OSC_ALLOW", "192.168.1.7,typo")]);
        assert!(!access.admits(OTHER) && faults[0].contains("'typo'"), "{faults:?}");
        assert!(told(r#"{"lan": true, "token": "x"}"#, &[]).1[0].contains("8 or more letters"));
        assert_eq!(told(good, &[]).1, [""; 0]);
    }
}
