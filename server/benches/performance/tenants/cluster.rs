//! Processes of the real program on one database.

use std::path::Path;

use crate::server::Server;

/// The master key of the program in benchmarks.
pub const MASTER_KEY: [u8; 32] = [1; 32];

pub struct Cluster(Vec<Server>);

impl Cluster {
    pub async fn start(processes: usize, place: &Path, database: &str, pax8: &str) -> Self {
        let mut servers = Vec::new();
        for _ in 0..processes {
            servers.push(Server::start(place, database, pax8, "0").await);
        }
        Self(servers)
    }

    /// The memory of the process that uses most, in bytes.
    pub fn memory(&self) -> u64 {
        let memory = self.0.iter().filter_map(Server::memory);
        memory.max().unwrap_or_default()
    }
}
