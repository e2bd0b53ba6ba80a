//! One file for each page. Pages never import one another.

pub mod environment;
pub mod environments;
pub mod flow;
pub mod flows;
pub mod history;
pub mod matrix;
pub mod pipeline;
pub mod play;
pub mod storage;
