//! What Slack's Web API looks like from outside, shared by the client and the embedded workspace.

pub mod answers;
pub mod explain;
pub mod features;
pub mod link;
pub mod methods;
pub mod mrkdwn;
pub mod objects;
pub mod outcome;
mod readable;
