//! Where a token may be sent.

use crate::both;
use crate::domain::problem::Problem;
use crate::domain::words::Text;
use reqwest::Url;
use std::net::IpAddr;

const SLACK: &str = "slack.com";

/// A base address that passed the checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    base: Url,
    loopback: bool,
}

impl Endpoint {
    /// https to slack.com or a host named in `allowed`; http only to this machine.
    ///
    /// # Errors
    /// Of kind `Usage`, naming what is wrong with the address.
    pub fn check(address: &str, allowed: &[String]) -> Result<Endpoint, Problem> {
        let wrong = |en: &'static str, ja: &'static str| {
            Problem::usage(both!(
                "the Slack address `{address}`: {en}",
                "Slack のアドレス `{address}`: {ja}"
            ))
        };
        let base = Url::parse(address).map_err(|_| wrong("not an address", "読めません"))?;
        // A password or query in it would end up in error messages.
        if !base.username().is_empty() || base.password().is_some() || base.query().is_some() {
            return Err(Problem::usage(Text::fixed(
                "the Slack address holds a user name or a query",
                "Slack のアドレスにユーザー名やクエリーが含まれています",
            )));
        }
        if !base.path().ends_with('/') {
            return Err(wrong("does not end in /", "/ で終わっていません"));
        }
        let host = base.host_str().unwrap_or("");
        let loopback = is_loopback(host);
        match base.scheme() {
            "https" => {}
            "http" if loopback => {}
            _ => {
                return Err(
                    wrong("only https leaves this machine", "https ではありません").hint(
                        Text::fixed(
                            "http:// is for 127.0.0.1, [::1] and localhost alone",
                            "http:// が使えるのは 127.0.0.1、[::1]、localhost だけです",
                        ),
                    ),
                );
            }
        }
        if !loopback && host != SLACK && !allowed.iter().any(|name| name.eq_ignore_ascii_case(host))
        {
            return Err(wrong(
                "this host may not be sent a token",
                "このホストにはトークンを送れません",
            )
            .hint(both!(
                "if you trust it, add \"{host}\" to slack.allowed_hosts in the configuration",
                "信頼できるホストなら、設定の slack.allowed_hosts に \"{host}\" を追加してください"
            )));
        }
        Ok(Endpoint { base, loopback })
    }

    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// The address of a method. Names come from the table of methods, never from outside.
    pub fn url(&self, method: &str) -> Url {
        let mut url = self.base.clone();
        let path = format!("{}{method}", self.base.path());
        url.set_path(&path);
        url
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_go_to_slack_to_named_hosts_and_to_this_machine() {
        let allowed = ["slack-proxy.example.com".to_owned()];
        for address in [
            "https://slack.com/api/",
            "https://SLACK-proxy.example.com/api/",
            "http://127.0.0.1:4711/api/",
            "http://127.8.9.1/api/",
            "http://[::1]:80/api/",
            "http://localhost:4711/api/",
        ] {
            assert!(Endpoint::check(address, &allowed).is_ok(), "{address}");
        }
        for address in [
            "http://slack.com/api/",
            "https://slack.com/api",
            "https://slack.com.evil.example/api/",
            "https://evilslack.com/api/",
            "https://slack.com@evil.example/api/",
            "https://evil.example/slack.com/",
            "http://127.0.0.1.evil.example/api/",
            "http://0.0.0.0/api/",
            "http://[::2]/api/",
            "https://user:pass@slack.com/api/",
            "https://slack.com/api/?token=x",
            "ftp://slack.com/api/",
            "file:///api/",
            "slack.com/api/",
        ] {
            assert!(Endpoint::check(address, &allowed).is_err(), "{address}");
        }
    }

    #[test]
    fn a_method_is_added_to_the_path() {
        let endpoint = Endpoint::check("http://localhost:4711/api/", &[]).expect("allowed");
        let url = endpoint.url("chat.postMessage");
        assert_eq!(url.as_str(), "http://localhost:4711/api/chat.postMessage");
        assert!(endpoint.is_loopback());
    }
}
