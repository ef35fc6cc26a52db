//! Where a message came from and how it named its instance: an answer goes back the same way.

use std::net::SocketAddr;
use std::sync::Arc;

use rosc::OscMessage;

/// Addresses of one instance begin with this and its name.
pub const INSTANCES: &str = "/echelon/";

/// Who sent a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Client {
    /// The packet's source.
    pub from: SocketAddr,
    /// `/echelon/<instance>`, if the message began so: then its answers do.
    pub prefix: Option<Arc<str>>,
}

impl Client {
    pub const fn plain(from: SocketAddr) -> Self {
        Self { from, prefix: None }
    }

    /// The message as this client expects it.
    pub fn addressed(&self, mut message: OscMessage) -> OscMessage {
        if let Some(prefix) = &self.prefix {
            message.addr.insert_str(0, prefix);
        }
        message
    }
}

/// The name of the instance in an address, and the address without it.
pub(super) fn split_instance(address: &str) -> Option<(&str, &str)> {
    let rest = address.strip_prefix(INSTANCES)?;
    let end = rest.find('/')?;
    Some(rest.split_at(end))
}

/// The token in an address that begins with `/token/<token>`, and the address without it.
pub(super) fn split_token(address: &str) -> Option<(&str, &str)> {
    let rest = address.strip_prefix("/token/")?;
    let end = rest.find('/')?;
    Some(rest.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_and_a_token_are_the_first_parts_of_an_address() {
        assert_eq!(split_instance("/echelon/left/deck/a/play"), Some(("left", "/deck/a/play")));
        assert_eq!((split_instance("/echelon/left"), split_instance("/deck/a/play")), (None, None));
        assert_eq!(split_token("/token/s3cret/echelon/x/ping"), Some(("s3cret", "/echelon/x/ping")));
        let client = Client { from: ([127, 0, 0, 1], 9).into(), prefix: Some("/echelon/left".into()) };
        assert_eq!(client.addressed(super::super::receipts::message("/pong", vec![])).addr, "/echelon/left/pong");
    }
}
