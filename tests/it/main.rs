//! One test binary, because linking is the cost.

mod tidy;
