//! What Slack's Web API looks like from outside, shared by the client and the embedded workspace.

pub mod methods;
pub mod mrkdwn;
