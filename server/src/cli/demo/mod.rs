//! `ascent demo`: the Pax8 sandbox and the server in one process, with an organization that is ready to click.
//!
//! - It reads no setting of the environment, so that it cannot touch a real installation.
//! - Everything goes through the verbs that the pages and the API use.
//! - With `--data-dir` a later start finds what was done; the sandbox's estate is composed again as it was.

mod folder;
mod news;
mod organization;
mod payments;
mod pricing;
mod recurring;
mod story;

use std::path::{Path, PathBuf};

use clap::Args;
use pax8_sandbox::{Running, Sandbox, SandboxConfig};

use super::{
    Failure,
    installation::{Installation, Schema},
    logging, print, server, stop,
};
use crate::{
    app::App,
    clock::Clock,
    config::{Config, ListenAddress},
};
use folder::Folder;
use story::Story;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Where the server listens; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: ListenAddress,
    /// Where the demo is kept for the next start; without it everything is in a temporary folder and gone at the end
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    let stop = stop::on_signals()?;
    let listener = server::bind(&options.listen).await?;
    let url = server::url_of(&listener, &options.listen)?;
    let folder = Folder::choose(options.data_dir)?;
    let clock = Clock::system();
    let story = Story::of(folder.path(), clock.now())?;
    let sandbox = start_sandbox(&story).await?;

    let config = Config::apart(folder.path().to_owned(), options.listen, sandbox.url());
    logging::start(&config, logging::OF_A_COMMAND);
    let app = Installation::open(config, Schema::Migrate)
        .await?
        .app(url.clone());
    if story.is_finished() {
        news::happen(sandbox.sandbox(), app.clock.now())?;
    } else {
        print::aside("Making the demo organization …");
        organization::make(&app, sandbox.sandbox()).await?;
        story.finish()?;
    }
    tell(&app, &url, &sandbox, folder.path());
    server::run(app, listener, stop).await?;
    sandbox
        .shutdown()
        .await
        .map_err(|cause| Failure::Said(format!("The sandbox failed: {cause}.")))
}

/// The simulated Pax8, on a free port of this machine.
async fn start_sandbox(story: &Story) -> Result<Running, Failure> {
    let config = SandboxConfig {
        now: story.began(),
        ..SandboxConfig::demo()
    };
    Sandbox::bind("127.0.0.1:0", config).await.map_err(|cause| {
        Failure::Said(format!(
            "The sandbox cannot listen on this machine: {cause}."
        ))
    })
}

fn tell(app: &App, url: &str, sandbox: &Running, folder: &Path) {
    let config = sandbox.sandbox().config();
    let lines = [
        format!("listening on {url}"),
        String::new(),
        format!("  Open          {}", app.settings.public_url),
        format!("  E-mail        {}", organization::OWNER_EMAIL),
        format!("  Password      {}", organization::OWNER_PASSWORD),
        String::new(),
        "  No mail leaves this machine. What is sent becomes a file:".to_owned(),
        format!("  Mail folder   {}", folder.join("mail").display()),
        String::new(),
        "  The Pax8 sandbox is connected. To test or connect it by hand:".to_owned(),
        format!("  Client ID     {}", config.client_id),
        format!("  Client secret {}", config.client_secret),
        format!("  Control API   {}/_sandbox/state", sandbox.url()),
        String::new(),
        "  End it with Ctrl+C.".to_owned(),
    ];
    for line in lines {
        print::result(&line);
    }
}
